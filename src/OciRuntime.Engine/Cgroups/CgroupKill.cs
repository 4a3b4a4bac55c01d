// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Cgroups;

/// <summary>Signals for all processes of a control group and of the groups that they made below it.</summary>
internal static class CgroupKill
{
    /// <summary>Sends each process a signal, once. What is forked meanwhile does not get away: the group is frozen, where that can be.</summary>
    public static void Signal(ContainerCgroup cgroup, int signal)
    {
        bool isKill = signal == (int)Signum.SIGKILL;
        if (isKill && TryKillWhole(cgroup))
        {
            return;
        }

        bool staysFrozen = Freezer.IsFrozen(cgroup);
        if (!staysFrozen)
        {
            _ = Freezer.TryFreeze(cgroup);
        }

        foreach (int pid in CgroupProcesses.All(cgroup))
        {
            // ESRCH: it ended since the list was read.
            _ = Processes.TrySignal(pid, signal);
        }

        if (isKill || !staysFrozen)
        {
            Freezer.ThawTree(cgroup);
        }
    }

    /// <summary>Kills every process, and waits until they are gone.</summary>
    public static void All(ContainerCgroup cgroup)
    {
        if (TryKillWhole(cgroup))
        {
            _ = CgroupEvents.Await(KernelString.Of(cgroup.Unified!), "populated 0"u8, milliseconds: -1);
            return;
        }

        while (CgroupProcesses.OfEveryHierarchy(cgroup) is { Count: > 0 } pids)
        {
            _ = Freezer.TryFreeze(cgroup);
            List<OwnedFd> dying = Kill(pids);
            Freezer.ThawTree(cgroup);
            foreach (OwnedFd pidFd in dying)
            {
                Span<PollEntry> entry = [new PollEntry { Descriptor = pidFd.Borrow.Number, Events = PollEntry.POLLIN }];
                Processes.Poll(entry);
                pidFd.Dispose();
            }
        }
    }

    // cgroups(7): cgroup.kill, Linux 5.14, version 2 only: the whole tree at once, frozen or not, whatever forks meanwhile. On a hybrid host
    // version 1's freezer could keep what it kills from dying.
    private static bool TryKillWhole(ContainerCgroup cgroup) =>
        cgroup.IsVersion2
        && WholeFile.TryWrite(Fd.CurrentDirectory, KernelString.Of(cgroup.Folders[0]).Append("cgroup.kill"u8).Span, "1"u8) == 0;

    private static List<OwnedFd> Kill(List<int> pids)
    {
        List<OwnedFd> dying = [];
        foreach (int pid in pids)
        {
            if (Processes.TryOpen(pid, out OwnedFd? pidFd) != 0)
            {
                continue;
            }

            dying.Add(pidFd!);
            Errno errno = Processes.TrySignal(pidFd!.Borrow, (int)Signum.SIGKILL);
            if (errno is not (0 or Errno.ESRCH))
            {
                throw new ContainerException($"killing process {pid} in the container's cgroup: pidfd_send_signal: {ErrnoText.Of(errno)}");
            }
        }

        return dying;
    }
}
