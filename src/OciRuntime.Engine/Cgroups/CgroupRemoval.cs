// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Systemd;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Cgroups;

/// <summary>Kills what is left in a container's control group and removes its folders. Every wait is on a process or on cgroup.events.</summary>
internal static class CgroupRemoval
{
    /// <summary>With a scope of systemd's, that first; what systemd leaves is removed, even if it can't be reached.</summary>
    public static void Remove(ContainerRecord record)
    {
        ContainerCgroup cgroup = ContainerCgroup.Of(record);
        try
        {
            if (record.SystemdUnit is { } unit)
            {
                // systemd itself would ask the processes to end, and give them time for it.
                CgroupKill.All(cgroup);
                ScopeUnit.Stop(record.IsSystemdUser, unit);
            }
        }
        finally
        {
            Remove(cgroup, record.CgroupParents);
        }
    }

    /// <param name="cgroup">The container's own.</param>
    /// <param name="parents">Those above that create made; removed if nobody else uses them.</param>
    public static void Remove(ContainerCgroup cgroup, ImmutableArray<string> parents)
    {
        foreach (string folder in cgroup.Folders)
        {
            RemoveTree(cgroup, KernelString.Of(folder));
        }

        foreach (string parent in parents)
        {
            // EBUSY: another container is below it now, and will remove it or leave it.
            _ = Folders.TryRemove(Fd.CurrentDirectory, KernelString.Of(parent).Span, AtFlags.AT_REMOVEDIR);
        }
    }

    private static void RemoveTree(ContainerCgroup cgroup, KernelString folder)
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

            // Processes, or groups below: those that the container made.
            CgroupKill.All(cgroup);
            foreach (KernelString child in CgroupProcesses.Children(folder))
            {
                RemoveTree(cgroup, child);
            }
        }

        throw new LinuxException("removing the cgroup: rmdir", errno, folder.ToString());
    }
}
