// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;

namespace OciRuntime.Spec;

/// <summary>config.md, "Process".</summary>
public sealed record ProcessSpec
{
    public bool Terminal { get; init; }
    public ConsoleSizeSpec? ConsoleSize { get; init; }
    public UserSpec? User { get; init; }
    public ImmutableArray<string> Args { get; init; } = [];
    public ImmutableArray<string> Env { get; init; } = [];
    public string? Cwd { get; init; }
    public CapabilitiesSpec? Capabilities { get; init; }
    public ImmutableArray<RlimitSpec> Rlimits { get; init; } = [];
    public bool NoNewPrivileges { get; init; }
    public string? ApparmorProfile { get; init; }
    public int? OomScoreAdj { get; init; }
    public string? SelinuxLabel { get; init; }
    public SchedulerSpec? Scheduler { get; init; }
    public IoPrioritySpec? IoPriority { get; init; }
    public ExecCpuAffinitySpec? ExecCpuAffinity { get; init; }
}

/// <summary><c>process.consoleSize</c>, in characters.</summary>
public sealed record ConsoleSizeSpec
{
    public uint Height { get; init; }
    public uint Width { get; init; }
}

/// <summary><c>process.user</c>, ids in the container's user namespace.</summary>
public sealed record UserSpec
{
    public uint Uid { get; init; }
    public uint Gid { get; init; }
    public uint? Umask { get; init; }
    public ImmutableArray<uint> AdditionalGids { get; init; } = [];
}

/// <summary><c>process.capabilities</c>. A set that the document lacks is null: an empty one is something else.</summary>
public sealed record CapabilitiesSpec
{
    public ImmutableArray<string>? Bounding { get; init; }
    public ImmutableArray<string>? Effective { get; init; }
    public ImmutableArray<string>? Inheritable { get; init; }
    public ImmutableArray<string>? Permitted { get; init; }
    public ImmutableArray<string>? Ambient { get; init; }
}

/// <summary>One entry of <c>process.rlimits</c>.</summary>
public sealed record RlimitSpec
{
    public string? Type { get; init; }
    public ulong? Soft { get; init; }
    public ulong? Hard { get; init; }
}

/// <summary><c>process.scheduler</c>, times in nanoseconds.</summary>
public sealed record SchedulerSpec
{
    public string? Policy { get; init; }
    public int? Nice { get; init; }
    public int? Priority { get; init; }
    public ImmutableArray<string> Flags { get; init; } = [];
    public ulong? Runtime { get; init; }
    public ulong? Deadline { get; init; }
    public ulong? Period { get; init; }
}

/// <summary><c>process.ioPriority</c>.</summary>
public sealed record IoPrioritySpec
{
    public string? Class { get; init; }
    public int? Priority { get; init; }
}

/// <summary><c>process.execCPUAffinity</c>, CPU lists such as <c>0-3,7</c>.</summary>
public sealed record ExecCpuAffinitySpec
{
    public string? Initial { get; init; }
    public string? Final { get; init; }
}
