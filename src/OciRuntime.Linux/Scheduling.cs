// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;

namespace OciRuntime.Linux;

/// <summary>When, where and as what this thread runs, and where its memory is. What it starts inherits all of it.</summary>
public static unsafe class Scheduling
{
    private const nint ThisThread = 0;

    /// <summary><c>sched_setattr(2)</c>.</summary>
    /// <returns>EPERM: no CAP_SYS_NICE, or SCHED_DEADLINE for a thread that may not run everywhere. EINVAL: a policy that the kernel does not have. EBUSY: no time left.</returns>
    public static Errno TrySetAttributes(SchedulerAttributes attributes)
    {
        attributes.Size = (uint)sizeof(SchedulerAttributes);
        return Raw.ErrnoOf(Raw.Call(SyscallNumber.SchedSetattr, ThisThread, (nint)(&attributes), 0));
    }

    /// <summary><c>sched_setaffinity(2)</c>: bit n for CPU n. CPUs that the kernel does not have, or the cpuset forbids, are ignored.</summary>
    /// <returns>EINVAL: none is left.</returns>
    public static Errno TrySetAffinity(ReadOnlySpan<ulong> mask)
    {
        fixed (ulong* words = mask)
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.SchedSetaffinity, ThisThread, mask.Length * sizeof(ulong), (nint)words));
        }
    }

    /// <summary><c>ioprio_set(2)</c>, IOPRIO_WHO_PROCESS.</summary>
    /// <param name="priority">The class above <see cref="IoPriorityClass.IOPRIO_CLASS_SHIFT"/>, the level below.</param>
    /// <returns>EPERM: IOPRIO_CLASS_RT needs CAP_SYS_NICE or CAP_SYS_ADMIN.</returns>
    public static Errno TrySetIoPriority(int priority)
    {
        const nint IOPRIO_WHO_PROCESS = 1;
        return Raw.ErrnoOf(Raw.Call(SyscallNumber.IoprioSet, IOPRIO_WHO_PROCESS, ThisThread, priority));
    }

    /// <summary><c>personality(2)</c>.</summary>
    public static Errno TrySetPersonality(uint personality) => Raw.ErrnoOf(Raw.Call(SyscallNumber.Personality, (nint)personality));

    /// <summary><c>set_mempolicy(2)</c>.</summary>
    /// <param name="mode">With its flags.</param>
    /// <param name="nodes">Bit n for node n.</param>
    /// <returns>EINVAL: a mode, flag or node that the kernel does not have. ENOSYS: a kernel without NUMA.</returns>
    public static Errno TrySetMemoryPolicy(uint mode, ReadOnlySpan<ulong> nodes)
    {
        const int BitsOfWord = 64;
        fixed (ulong* words = nodes)
        {
            // mm/mempolicy.c, get_nodes: the number of bits is one more than those that are read.
            nint bits = nodes.IsEmpty ? 0 : (nodes.Length * BitsOfWord) + 1;
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.SetMempolicy, (nint)mode, (nint)words, bits));
        }
    }
}
