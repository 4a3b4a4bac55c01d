// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.State;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>kill.</summary>
public static class ContainerSignaller
{
    /// <summary>
    /// Sends a signal to the container's first process, or with <paramref name="all"/> to every process in its control group. SIGKILL goes to
    /// all of a container without a PID namespace of its own.
    /// </summary>
    /// <exception cref="ContainerException">It is not created or running.</exception>
    public static void Kill(StateStore store, string id, int signal, bool all)
    {
        using ContainerFolder folder = store.Open(id);
        ContainerRecord record = folder.ReadRecord() ?? throw new ContainerException($"{id}: {ContainerException.DoesNotExist}");
        ContainerCgroup cgroup = ContainerCgroup.Of(record);
        if (all)
        {
            // Of a container that has stopped there may be processes left: one without a PID namespace of its own.
            CgroupKill.Signal(cgroup, signal);
            return;
        }

        if (signal == (int)Signum.SIGKILL && !record.HasPidNamespace)
        {
            KillWhole(record, cgroup);
            return;
        }

        // In one go: the pidfd names the process that was checked, so no other can get the signal.
        using OwnedFd? pidFd = ProcessIdentity.TryOpen(record);
        Errno errno = pidFd is null ? Errno.ESRCH : Processes.TrySignal(pidFd.Borrow, signal);
        if (errno == Errno.ESRCH)
        {
            throw new ContainerException($"{id}: {ContainerException.NotRunning}");
        }

        if (errno != 0)
        {
            throw new ContainerException($"sending signal {signal} to {id}: pidfd_send_signal {record.Pid}: {ErrnoText.Of(errno)}");
        }

        ThawToDie(cgroup, signal);
    }

    // As with runc: who kills a container means all of it, and here nothing else ends with the first process, or after it.
    private static void KillWhole(ContainerRecord record, ContainerCgroup cgroup)
    {
        using OwnedFd? pidFd = ProcessIdentity.TryOpen(record);
        if (pidFd is null && CgroupProcesses.All(cgroup).Count == 0)
        {
            throw new ContainerException($"{record.Id}: {ContainerException.NotRunning}");
        }

        if (pidFd is not null)
        {
            // It may have no group.
            _ = Processes.TrySignal(pidFd.Borrow, (int)Signum.SIGKILL);
        }

        CgroupKill.Signal(cgroup, (int)Signum.SIGKILL);
    }

    // A frozen process of version 1 does not die of SIGKILL; as runc does, on version 2 as well.
    private static void ThawToDie(ContainerCgroup cgroup, int signal)
    {
        if (signal == (int)Signum.SIGKILL && Freezer.IsFrozen(cgroup))
        {
            _ = Freezer.TryThaw(cgroup);
        }
    }
}
