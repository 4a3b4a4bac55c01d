// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Systemd;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Cgroups;

/// <summary>Kills what is left in a container's control group and removes its folders. Every wait is on a process or on cgroup.events.</summary>
internal static class CgroupRemoval
{
    /// <summary>With a scope of systemd's, that first; what systemd leaves is removed all the same if it can't be reached.</summary>
    public static void Remove(ContainerRecord record)
    {
        try
        {
            if (record.SystemdUnit is { } unit)
            {
                // systemd itself would ask the processes to end, and give them time for it.
                KillTrees(record.CgroupFolders);
                ScopeUnit.Stop(record.IsSystemdUser, unit);
            }
        }
        finally
        {
            Remove(record.CgroupFolders, record.CgroupParents);
        }
    }

    /// <param name="folders">The container's own.</param>
    /// <param name="parents">Those above that create made; removed if nobody else uses them.</param>
    public static void Remove(ImmutableArray<string> folders, ImmutableArray<string> parents)
    {
        foreach (string folder in folders)
        {
            RemoveTree(KernelString.Of(folder));
        }

        foreach (string parent in parents)
        {
            // EBUSY: another container is below it now, and will remove it or leave it.
            _ = Folders.TryRemove(Fd.CurrentDirectory, KernelString.Of(parent).Span, AtFlags.AT_REMOVEDIR);
        }
    }

    private static void KillTrees(ImmutableArray<string> folders)
    {
        foreach (string folder in folders)
        {
            KillTree(KernelString.Of(folder));
        }
    }

    private static void KillTree(KernelString folder)
    {
        KillAll(folder);
        foreach (KernelString child in CgroupProcesses.Children(folder))
        {
            KillTree(child);
        }
    }

    private static void RemoveTree(KernelString folder)
    {
        const int Attempts = 16;
        Errno errno = 0;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            errno = Folders.TryRemove(Fd.CurrentDirectory, folder.Span, AtFlags.AT_REMOVEDIR);
            if (errno is 0 or Errno.ENOENT)
            {
                return;
            }

            if (errno != Errno.EBUSY)
            {
                break;
            }

            KillAll(folder);
            foreach (KernelString child in CgroupProcesses.Children(folder))
            {
                RemoveTree(child);
            }
        }

        throw new LinuxException("removing the cgroup: rmdir", errno, folder.ToString());
    }

    /// <summary>Kills every process in the folder, and below it on version 2, and waits until they are gone.</summary>
    private static void KillAll(KernelString folder)
    {
        // cgroups(7): cgroup.kill, Linux 5.14, version 2 only: the whole tree at once, whatever forks meanwhile.
        bool whole = WholeFile.TryWrite(Fd.CurrentDirectory, folder.Append("cgroup.kill"u8).Span, "1"u8) == 0;
        if (whole)
        {
            _ = CgroupEvents.Await(folder, "populated 0"u8, milliseconds: -1);
            return;
        }

        // Version 1: each by its number, until a reading shows none.
        Thaw(folder);
        while (CgroupProcesses.In(folder) is { Count: > 0 } pids)
        {
            KillEach(pids);
        }
    }

    private static void KillEach(List<int> pids)
    {
        List<OwnedFd> dying = [];
        foreach (int pid in pids)
        {
            if (Processes.TryOpen(pid, out OwnedFd? pidFd) == 0)
            {
                _ = Processes.TrySignal(pidFd!.Borrow, (int)Signum.SIGKILL);
                dying.Add(pidFd);
            }
        }

        foreach (OwnedFd pidFd in dying)
        {
            Span<PollEntry> entry = [new PollEntry { Descriptor = pidFd.Borrow.Number, Events = PollEntry.POLLIN }];
            Processes.Poll(entry);
            pidFd.Dispose();
        }
    }

    // ENOENT: the folder of another controller.
    private static void Thaw(KernelString folder) =>
        _ = WholeFile.TryWrite(Fd.CurrentDirectory, folder.Append("freezer.state"u8).Span, "THAWED"u8);
}
