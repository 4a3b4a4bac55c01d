// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec;

/// <summary>config-linux.md.</summary>
public sealed record LinuxSpec
{
    public ImmutableArray<NamespaceSpec> Namespaces { get; init; } = [];
    public ImmutableArray<IdMappingSpec> UidMappings { get; init; } = [];
    public ImmutableArray<IdMappingSpec> GidMappings { get; init; } = [];
    public ImmutableArray<KeyValuePair<string, TimeOffsetSpec>> TimeOffsets { get; init; } = [];
    public ImmutableArray<DeviceSpec> Devices { get; init; } = [];
    public ImmutableArray<KeyValuePair<string, NetDeviceSpec>> NetDevices { get; init; } = [];
    public string? CgroupsPath { get; init; }
    public ResourcesSpec? Resources { get; init; }
    public IntelRdtSpec? IntelRdt { get; init; }
    public MemoryPolicySpec? MemoryPolicy { get; init; }
    public ImmutableArray<KeyValuePair<string, string>> Sysctl { get; init; } = [];
    public SeccompSpec? Seccomp { get; init; }
    public string? RootfsPropagation { get; init; }
    public ImmutableArray<string> MaskedPaths { get; init; } = [];
    public ImmutableArray<string> ReadonlyPaths { get; init; } = [];
    public string? MountLabel { get; init; }
    public PersonalitySpec? Personality { get; init; }
}

/// <summary>One entry of <c>linux.namespaces</c>.</summary>
public sealed record NamespaceSpec
{
    public string? Type { get; init; }
    public string? Path { get; init; }
}

/// <summary>One clock of <c>linux.timeOffsets</c>.</summary>
public sealed record TimeOffsetSpec
{
    public long Secs { get; init; }
    public uint Nanosecs { get; init; }
}

/// <summary>One entry of <c>linux.devices</c>. The mode is the decimal number of the document.</summary>
public sealed record DeviceSpec
{
    public string? Type { get; init; }
    public string? Path { get; init; }
    public long? Major { get; init; }
    public long? Minor { get; init; }
    public uint? FileMode { get; init; }
    public uint? Uid { get; init; }
    public uint? Gid { get; init; }
}

/// <summary>One value of <c>linux.netDevices</c>; its key is the name on the host.</summary>
public sealed record NetDeviceSpec
{
    public string? Name { get; init; }
}

/// <summary><c>linux.intelRdt</c>.</summary>
public sealed record IntelRdtSpec
{
    public string? ClosId { get; init; }
    public ImmutableArray<string> Schemata { get; init; } = [];
    public string? L3CacheSchema { get; init; }
    public string? MemBwSchema { get; init; }
    public bool EnableMonitoring { get; init; }
}

/// <summary><c>linux.memoryPolicy</c>.</summary>
public sealed record MemoryPolicySpec
{
    public string? Mode { get; init; }
    public string? Nodes { get; init; }
    public ImmutableArray<string> Flags { get; init; } = [];
}

/// <summary><c>linux.personality</c>.</summary>
public sealed record PersonalitySpec
{
    public string? Domain { get; init; }
    public ImmutableArray<string> Flags { get; init; } = [];
}
