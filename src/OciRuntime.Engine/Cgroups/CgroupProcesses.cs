// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Text;
using System.Collections.Generic;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Cgroups;

/// <summary>The processes of a control group and of the groups below it.</summary>
internal static class CgroupProcesses
{
    /// <summary>Each of them once. Every hierarchy has the same ones: the first folder that is there tells.</summary>
    public static List<int> All(ContainerCgroup cgroup)
    {
        foreach (string folder in cgroup.Folders)
        {
            KernelString path = KernelString.Of(folder);
            if (Files.TryStatus(Fd.CurrentDirectory, path.Span, AtFlags.None, out _) == 0)
            {
                return InTree(path);
            }
        }

        return [];
    }

    /// <summary>Each of them once, also one that is in some hierarchies only.</summary>
    public static List<int> OfEveryHierarchy(ContainerCgroup cgroup)
    {
        List<int> pids = [];
        foreach (string folder in cgroup.Folders)
        {
            pids.AddRange(InTree(KernelString.Of(folder)).FindAll(pid => !pids.Contains(pid)));
        }

        return pids;
    }

    /// <summary>The pids in one folder's cgroup.procs; none where there is no such folder.</summary>
    public static List<int> In(KernelString folder)
    {
        List<int> pids = [];
        ReadOnlySpan<byte> text = WholeFile.TryRead(folder.Append("cgroup.procs"u8).Span);
        while (Utf8Parser.TryParse(text, out int pid, out int length))
        {
            // 0: a process of another PID namespace, which has no number here.
            if (pid > 0)
            {
                pids.Add(pid);
            }

            text = text[Math.Min(text.Length, length + 1)..];
        }

        return pids;
    }

    /// <summary>The pids in a folder and in those below it.</summary>
    public static List<int> InTree(KernelString folder)
    {
        List<int> pids = In(folder);
        foreach (KernelString child in Children(folder))
        {
            pids.AddRange(InTree(child));
        }

        return pids;
    }

    /// <summary>The folders directly below one.</summary>
    public static List<KernelString> Children(KernelString folder)
    {
        List<KernelString> children = [];

        // A folder has a link for its name, one for its dot, and one for each folder in it.
        if (Files.TryStatus(Fd.CurrentDirectory, folder.Span, AtFlags.None, out FileStatus own) != 0 || own.LinkCount == 2)
        {
            return children;
        }

        if (Files.TryOpen(Fd.CurrentDirectory, folder.Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, out OwnedFd? opened) != 0)
        {
            return children;
        }

        using (opened)
        {
            // systemd may remove the folder of a scope that has become empty at any moment.
            Errno errno = Folders.TryNames(opened!.Borrow, out List<KernelString> names);
            if (errno is not (0 or Errno.ENOENT))
            {
                throw new LinuxException("reading the cgroup: getdents64", errno, folder.ToString());
            }

            foreach (KernelString name in names)
            {
                if (Files.TryStatus(opened.Borrow, name.Span, AtFlags.AT_SYMLINK_NOFOLLOW, out FileStatus status) == 0
                    && status.Type == FileType.S_IFDIR)
                {
                    children.Add(folder.Append(name.Text));
                }
            }
        }

        return children;
    }
}
