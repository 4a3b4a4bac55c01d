// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Bpf;

namespace OciRuntime.Plan;

/// <summary>The container's control group and its limits. cgroups(7).</summary>
public sealed record CgroupPlan
{
    /// <summary><c>linux.cgroupsPath</c>, cleaned of <c>.</c> and empty parts. Null: below the runtime's own group, named by the container's id.</summary>
    public string? Path { get; init; }

    /// <summary>The scope whose group it is, with the systemd driver; <see cref="Path"/> is null then.</summary>
    public SystemdPlan? Systemd { get; init; }

    /// <summary>The writes, in order, that must all be done before the container's program runs.</summary>
    public ImmutableArray<CgroupWrite> Writes { get; init; } = [];

    /// <summary>Version 2 only: the BPF_PROG_TYPE_CGROUP_DEVICE program. Empty: none.</summary>
    public ImmutableArray<BpfInstruction> DeviceProgram { get; init; } = [];

    /// <summary>The user of the host who gets the group, version 2's folder and some files, so that the container can divide it; null: nobody.</summary>
    public uint? Owner { get; init; }

    /// <summary>Whether config.json limits something beside devices, of which there are rules even where it has none.</summary>
    public bool HasLimits
    {
        get
        {
            foreach (CgroupWrite write in Writes)
            {
                if (write.Controller != "devices")
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether config.json asks for nothing that needs a group: no path, no limit, no device rule.</summary>
    public bool IsOptional => Path is null && Systemd is null && Writes.IsEmpty && DeviceProgram.IsEmpty;
}

/// <param name="Controller">The controller whose hierarchy has the file: <c>memory</c>, <c>cpu</c>, <c>devices</c>.</param>
/// <param name="File">The file's name: <c>memory.max</c>.</param>
public sealed record CgroupWrite(string Controller, KernelString File, KernelString Value, string Origin)
{
    /// <summary>Whether a kernel without the file does what is asked anyway: then ENOENT is no error.</summary>
    public bool IsOptional { get; init; }

    /// <summary>
    /// Whether the kernel checks it against other limits: what it refuses with EINVAL may be taken once the others are written. Memory and
    /// memory with swap, quota and burst: which has to come first depends on what the group has now.
    /// </summary>
    public bool CanWait { get; init; }

    /// <summary>What to write where there is no such file; null: nothing does the same.</summary>
    public CgroupAlternative? Otherwise { get; init; }
}

public sealed record CgroupAlternative(KernelString File, KernelString Value);

/// <summary>What a control group has at the moment, where new limits depend on it. Memory on version 2 only.</summary>
public sealed record CgroupFacts
{
    /// <summary>Of a group that is about to be made.</summary>
    public static CgroupFacts New { get; } = new() { IsNew = true };

    public bool IsNew { get; private init; }

    /// <summary>As the first word of cpu.max: <c>max</c>, or microseconds.</summary>
    public string CpuQuota { get; init; } = "max";

    /// <summary>As the second word of cpu.max, in microseconds.</summary>
    public string CpuPeriod { get; init; } = "100000";

    /// <summary>memory.max in bytes, -1 for no limit.</summary>
    public long MemoryLimit { get; init; } = -1;

    /// <summary>memory.current in bytes.</summary>
    public long MemoryUsage { get; init; }
}
