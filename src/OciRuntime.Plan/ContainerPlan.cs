// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Processes;

namespace OciRuntime.Plan;

/// <summary>One container in the kernel's terms: complete, valid as far as config.json can tell, and immutable.</summary>
/// <remarks>An <c>Origin</c> is the JSON path of the config line that asked for a step, so that a refusal by the kernel still names it.</remarks>
public sealed record ContainerPlan
{
    /// <summary>The version of the specification that config.json names.</summary>
    public required string OciVersion { get; init; }

    public required RootPlan Root { get; init; }
    public required NamespacePlan Namespaces { get; init; }

    /// <summary>In the order of config.json.</summary>
    public ImmutableArray<MountStep> Mounts { get; init; } = [];

    /// <summary>The SELinux context of the file systems that are made for the container, or null. Those of <see cref="Mounts"/> have it among their options.</summary>
    public KernelString? MountLabel { get; init; }

    /// <summary>The default nodes, then those of config.json.</summary>
    public ImmutableArray<DevicePlan> Devices { get; init; } = [];

    public ImmutableArray<KernelString> MaskedPaths { get; init; } = [];
    public ImmutableArray<KernelString> ReadonlyPaths { get; init; } = [];
    /// <summary>Null: the container stays in the class of service that the runtime is in.</summary>
    public IntelRdtPlan? IntelRdt { get; init; }

    public ImmutableArray<NetDevicePlan> NetDevices { get; init; } = [];
    public ImmutableArray<SysctlWrite> Sysctls { get; init; } = [];

    /// <summary>Null: leave the name alone. sethostname(2).</summary>
    public KernelString? Hostname { get; init; }

    /// <summary>Null: leave the name alone. setdomainname(2).</summary>
    public KernelString? Domainname { get; init; }

    public required CgroupPlan Cgroup { get; init; }
    public HooksPlan Hooks { get; init; } = new();

    /// <summary>Null where config.json has none: such a container can be created, not started.</summary>
    public ProcessPlan? Process { get; init; }

    /// <summary>Null: no filter.</summary>
    public SeccompPlan? Seccomp { get; init; }

    public ImmutableArray<KeyValuePair<string, string>> Annotations { get; init; } = [];

    /// <summary>What config.json asks and the host can't give, where the spec wants a warning instead of an error.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>The container's root file system.</summary>
/// <param name="Path">Absolute, on the host.</param>
/// <param name="Propagation">Of the root mount, recursively: MS_SLAVE unless config.json says something else.</param>
public sealed record RootPlan(KernelString Path, bool Readonly, MountPropagation Propagation);

/// <summary>namespaces(7).</summary>
public sealed record NamespacePlan
{
    /// <summary>The namespaces that are made for the container.</summary>
    public required CloneFlags New { get; init; }

    /// <summary>The namespaces that the container joins.</summary>
    public ImmutableArray<NamespaceJoin> Joined { get; init; } = [];

    /// <summary>
    /// The lines of <c>/proc/PID/uid_map</c>. user_namespaces(7). With a joined user namespace not to be written: they are what
    /// config.json believes of it.
    /// </summary>
    public ImmutableArray<IdMapping> UidMap { get; init; } = [];

    public ImmutableArray<IdMapping> GidMap { get; init; } = [];

    /// <summary>Of a new time namespace. time_namespaces(7).</summary>
    public ImmutableArray<TimeOffset> TimeOffsets { get; init; } = [];

    /// <summary>
    /// Whether a process between the runtime and the container's has to join namespaces: one user namespace must own the new ones beside it, or
    /// what is joined belongs to the runtime's user namespace and the container gets another.
    /// </summary>
    public bool NeedMiddleProcess
    {
        get
        {
            bool isUserNew = (New & CloneFlags.CLONE_NEWUSER) != 0;
            foreach (NamespaceJoin join in Joined)
            {
                if (join.Type == CloneFlags.CLONE_NEWUSER || (isUserNew && join.Type != CloneFlags.CLONE_NEWPID))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// The new namespaces that come with the process. The cgroup namespace is unshared by the child once it is in its group, the time
    /// namespace can't be made by clone3(2).
    /// </summary>
    public CloneFlags NewByClone => New & ~(CloneFlags.CLONE_NEWCGROUP | CloneFlags.CLONE_NEWTIME);

    /// <summary>Whether the container joins this namespace.</summary>
    public bool IsJoined(CloneFlags type)
    {
        foreach (NamespaceJoin join in Joined)
        {
            if (join.Type == type)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the container has this namespace for itself or with others, but not with the runtime.</summary>
    public bool IsOwn(CloneFlags type) => (New & type) != 0 || IsJoined(type);
}

/// <param name="Type">Exactly one flag.</param>
/// <param name="Path">Absolute, on the host.</param>
public sealed record NamespaceJoin(CloneFlags Type, KernelString Path, string Origin);

/// <param name="Clock"><c>monotonic</c> or <c>boottime</c>, as <c>/proc/PID/timens_offsets</c> has them.</param>
/// <param name="Nanoseconds">Added to the seconds, which may be negative.</param>
public readonly record struct TimeOffset(string Clock, long Seconds, uint Nanoseconds);

/// <summary>One line of a user namespace's id map.</summary>
public readonly record struct IdMapping(uint ContainerId, uint HostId, uint Size);

/// <summary>A node below the container's root. mknod(2).</summary>
/// <param name="Path">Absolute in the container.</param>
/// <param name="Mode">File type and permissions, as in <c>st_mode</c>.</param>
public sealed record DevicePlan(KernelString Path, uint Mode, uint Major, uint Minor, uint Uid, uint Gid, string Origin);

/// <param name="File">Below /proc/sys, with slashes: <c>net/ipv4/ip_forward</c>.</param>
/// <param name="Namespace">That keeps it apart from the host's: exactly one flag.</param>
public sealed record SysctlWrite(KernelString File, KernelString Value, CloneFlags Namespace, string Origin);
