// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine;

/// <summary>On what CPUs programs of a container run: all that its control group has, but what <c>execCPUAffinity</c> says. sched_setaffinity(2).</summary>
internal static class CpuAffinity
{
    private const int BitsOfWord = 64;

    // NR_CPUS is at most this.
    private const int MostProcessors = 8192;

    /// <summary>For the runtime itself, before the process of an exec is made, which inherits it.</summary>
    /// <remarks>Parent only.</remarks>
    public static void SetInitial(CpuAffinityPlan plan)
    {
        if (!plan.Initial.IsEmpty)
        {
            Set(plan.Initial, "initial");
        }
    }

    /// <summary>For the process of an exec, once it is in the container's control groups. With an initial affinity alone the kernel has the last word.</summary>
    /// <remarks>Child only.</remarks>
    public static void SetFinal(CpuAffinityPlan plan)
    {
        if (!plan.Final.IsEmpty)
        {
            Set(plan.Final, "final");
        }
        else if (plan.Initial.IsEmpty)
        {
            Reset();
        }
    }

    /// <summary>Whatever the caller of ocirun may use. For a process that is in the container's control groups.</summary>
    /// <remarks>Child only.</remarks>
    public static void Reset()
    {
        Span<ulong> all = stackalloc ulong[MostProcessors / BitsOfWord];
        all.Fill(ulong.MaxValue);
        Errno errno = Scheduling.TrySetAffinity(all);

        // EPERM, EACCES, ENOSYS: a seccomp filter around us forbids it. What was inherited then stays, as with runc.
        if (errno is not (0 or Errno.EPERM or Errno.EACCES or Errno.ENOSYS))
        {
            throw new ContainerException($"letting the process run on all CPUs of its control group: sched_setaffinity: {ErrnoText.Of(errno)}");
        }
    }

    private static void Set(ImmutableArray<ulong> mask, string member)
    {
        Errno errno = Scheduling.TrySetAffinity(mask.AsSpan());
        if (errno != 0)
        {
            string hint = errno == Errno.EINVAL ? " (hint: the machine has none of these CPUs, or the control group allows none of them)" : "";
            throw new ContainerException($"setting the CPU affinity (/process/execCPUAffinity/{member}){hint}: sched_setaffinity: {ErrnoText.Of(errno)}");
        }
    }
}
