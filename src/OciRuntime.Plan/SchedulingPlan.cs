// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;

namespace OciRuntime.Plan;

/// <summary>sched_setattr(2).</summary>
/// <param name="Policy">Its number.</param>
/// <param name="Nice">Of SCHED_OTHER and SCHED_BATCH.</param>
/// <param name="Priority">Of SCHED_FIFO and SCHED_RR.</param>
/// <param name="Runtime">Of SCHED_DEADLINE, as the next two; in nanoseconds.</param>
/// <param name="IsCpusetLimited">Whether config.json also says what CPUs the container may use: the kernel then refuses SCHED_DEADLINE.</param>
public sealed record SchedulerPlan(
    uint Policy, ulong Flags, int Nice, uint Priority, ulong Runtime, ulong Deadline, ulong Period, bool IsCpusetLimited);

/// <summary>ioprio_set(2).</summary>
/// <param name="Class">Its number.</param>
/// <param name="Level">0 is the highest, 7 the lowest.</param>
public sealed record IoPriorityPlan(int Class, int Level);

/// <summary>What CPUs a program of exec may use. Bit n for CPU n; empty: config.json does not say. sched_setaffinity(2).</summary>
public sealed record CpuAffinityPlan
{
    /// <summary>Until it is in the container's control groups.</summary>
    public ImmutableArray<ulong> Initial { get; init; } = [];

    /// <summary>From then on.</summary>
    public ImmutableArray<ulong> Final { get; init; } = [];
}

/// <summary>set_mempolicy(2).</summary>
/// <param name="Mode">Its number.</param>
/// <param name="Nodes">Bit n for node n.</param>
public sealed record MemoryPolicyPlan(uint Mode, uint Flags, ImmutableArray<ulong> Nodes);
