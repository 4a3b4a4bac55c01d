// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Abi;

namespace OciRuntime.Plan;

/// <summary>The program of a container, or of an exec, and the attributes that it starts with.</summary>
public sealed record ProcessPlan
{
    /// <summary>At least one.</summary>
    public required ImmutableArray<KernelString> Args { get; init; }

    /// <summary>As in config.json. HOME is added at run time, from the container's passwd file, where it is missing or was empty.</summary>
    public ImmutableArray<KernelString> Env { get; init; } = [];

    /// <summary>Absolute in the container.</summary>
    public required KernelString Cwd { get; init; }

    public bool Terminal { get; init; }

    /// <summary>In characters; 0: leave it alone.</summary>
    public ushort ConsoleHeight { get; init; }

    public ushort ConsoleWidth { get; init; }

    /// <summary>In the container's user namespace.</summary>
    public required uint Uid { get; init; }

    public required uint Gid { get; init; }
    public ImmutableArray<uint> AdditionalGids { get; init; } = [];

    /// <summary>umask(2). Where config.json has none it is 0022, as with every peer.</summary>
    public required uint Umask { get; init; }

    /// <summary>All sets are empty where config.json has none.</summary>
    public CapabilityPlan Capabilities { get; init; } = new();

    public ImmutableArray<RlimitPlan> Rlimits { get; init; } = [];
    public bool NoNewPrivileges { get; init; }

    /// <summary>Null: inherit.</summary>
    public int? OomScoreAdj { get; init; }

    /// <summary>Null: inherit, as with the next three.</summary>
    public SchedulerPlan? Scheduler { get; init; }

    public IoPriorityPlan? IoPriority { get; init; }
    public uint? Personality { get; init; }
    public MemoryPolicyPlan? MemoryPolicy { get; init; }

    /// <summary>Of a program of exec. Without it a program may use all CPUs of its control group.</summary>
    public CpuAffinityPlan ExecAffinity { get; init; } = new();

    /// <summary>Null: that of the runtime. apparmor(7).</summary>
    public KernelString? ApparmorProfile { get; init; }

    /// <summary>Null: what the policy says. selinux(8).</summary>
    public KernelString? SelinuxLabel { get; init; }
}

/// <summary>The five sets, bit n for capability n, cut to what can be granted. capabilities(7).</summary>
public sealed record CapabilityPlan
{
    public ulong Bounding { get; init; }
    public ulong Effective { get; init; }
    public ulong Inheritable { get; init; }
    public ulong Permitted { get; init; }
    public ulong Ambient { get; init; }
}

/// <param name="Resource">The number of the limit. <c>prlimit(2)</c>.</param>
public sealed record RlimitPlan(int Resource, ulong Soft, ulong Hard, string Origin);

/// <summary>Programs that the runtime runs at points of the container's life, in order.</summary>
public sealed record HooksPlan
{
    public ImmutableArray<HookPlan> Prestart { get; init; } = [];
    public ImmutableArray<HookPlan> CreateRuntime { get; init; } = [];
    public ImmutableArray<HookPlan> CreateContainer { get; init; } = [];
    public ImmutableArray<HookPlan> StartContainer { get; init; } = [];
    public ImmutableArray<HookPlan> Poststart { get; init; } = [];
    public ImmutableArray<HookPlan> Poststop { get; init; } = [];
}

/// <param name="Path">Absolute; in the runtime's root for all kinds but startContainer.</param>
/// <param name="Args">The whole argv, at least one.</param>
/// <param name="Env">Null: config.json has none.</param>
/// <param name="TimeoutSeconds">0: no limit.</param>
public sealed record HookPlan(KernelString Path, ImmutableArray<KernelString> Args, ImmutableArray<KernelString>? Env, int TimeoutSeconds, string Origin);
