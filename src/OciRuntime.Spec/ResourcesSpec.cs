// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec;

/// <summary><c>linux.resources</c>. config-linux.md, "Control groups".</summary>
public sealed record ResourcesSpec
{
    public ImmutableArray<DeviceRuleSpec> Devices { get; init; } = [];
    public MemorySpec? Memory { get; init; }
    public CpuSpec? Cpu { get; init; }
    public PidsSpec? Pids { get; init; }
    public BlockIoSpec? BlockIo { get; init; }
    public ImmutableArray<HugepageLimitSpec> HugepageLimits { get; init; } = [];
    public NetworkSpec? Network { get; init; }
    public ImmutableArray<KeyValuePair<string, RdmaSpec>> Rdma { get; init; } = [];
    public ImmutableArray<KeyValuePair<string, string>> Unified { get; init; } = [];
}

/// <summary>One entry of <c>resources.devices</c>. Numbers that the document lacks, or that are negative, are wildcards.</summary>
public sealed record DeviceRuleSpec
{
    public bool? Allow { get; init; }
    public string? Type { get; init; }
    public long? Major { get; init; }
    public long? Minor { get; init; }
    public string? Access { get; init; }
}

/// <summary><c>resources.memory</c>, in bytes; -1 is no limit.</summary>
public sealed record MemorySpec
{
    public long? Limit { get; init; }
    public long? Reservation { get; init; }
    public long? Swap { get; init; }
    public long? Kernel { get; init; }
    public long? KernelTcp { get; init; }
    public ulong? Swappiness { get; init; }
    public bool? DisableOomKiller { get; init; }
    public bool? UseHierarchy { get; init; }
    public bool? CheckBeforeUpdate { get; init; }
}

/// <summary><c>resources.cpu</c>, times in microseconds.</summary>
public sealed record CpuSpec
{
    public ulong? Shares { get; init; }
    public long? Quota { get; init; }
    public ulong? Burst { get; init; }
    public ulong? Period { get; init; }
    public long? RealtimeRuntime { get; init; }
    public ulong? RealtimePeriod { get; init; }
    public string? Cpus { get; init; }
    public string? Mems { get; init; }
    public long? Idle { get; init; }
}

/// <summary><c>resources.pids</c>; -1 is no limit.</summary>
public sealed record PidsSpec
{
    public long? Limit { get; init; }
}

/// <summary><c>resources.blockIO</c>.</summary>
public sealed record BlockIoSpec
{
    public ushort? Weight { get; init; }
    public ushort? LeafWeight { get; init; }
    public ImmutableArray<WeightDeviceSpec> WeightDevice { get; init; } = [];
    public ImmutableArray<ThrottleDeviceSpec> ThrottleReadBpsDevice { get; init; } = [];
    public ImmutableArray<ThrottleDeviceSpec> ThrottleWriteBpsDevice { get; init; } = [];
    public ImmutableArray<ThrottleDeviceSpec> ThrottleReadIopsDevice { get; init; } = [];
    public ImmutableArray<ThrottleDeviceSpec> ThrottleWriteIopsDevice { get; init; } = [];
}

public sealed record WeightDeviceSpec
{
    public long? Major { get; init; }
    public long? Minor { get; init; }
    public ushort? Weight { get; init; }
    public ushort? LeafWeight { get; init; }
}

/// <summary>A rate in bytes or operations per second.</summary>
public sealed record ThrottleDeviceSpec
{
    public long? Major { get; init; }
    public long? Minor { get; init; }
    public ulong? Rate { get; init; }
}

/// <summary>One entry of <c>resources.hugepageLimits</c>; the size is as in <c>2MB</c>, the limit in bytes.</summary>
public sealed record HugepageLimitSpec
{
    public string? PageSize { get; init; }
    public ulong? Limit { get; init; }
}

/// <summary><c>resources.network</c>, cgroup v1 only.</summary>
public sealed record NetworkSpec
{
    public uint? ClassId { get; init; }
    public ImmutableArray<InterfacePrioritySpec> Priorities { get; init; } = [];
}

public sealed record InterfacePrioritySpec
{
    public string? Name { get; init; }
    public uint? Priority { get; init; }
}

/// <summary>One value of <c>resources.rdma</c>; its key is the device.</summary>
public sealed record RdmaSpec
{
    public uint? HcaHandles { get; init; }
    public uint? HcaObjects { get; init; }
}
