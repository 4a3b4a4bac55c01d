// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Cgroups;

/// <summary>The cgroupfs driver: makes a container's folders, writes its limits, puts its first process in.</summary>
internal static class CgroupFs
{
    private const uint FolderMode = 0x1ED; // 0755

    private static ReadOnlySpan<byte> Processes => "cgroup.procs\0"u8;

    /// <summary>Refuses a control group that somebody else uses: its limits and its end would be theirs too.</summary>
    public static void RefuseOccupied(CgroupPlacement placement)
    {
        foreach (string folder in placement.Folders)
        {
            if (WholeFile.TryRead(KernelString.Of(folder).Append(Processes[..^1]).Span) is { Length: > 0 })
            {
                throw new ContainerException($"the container's cgroup is not empty: {folder} has processes (/linux/cgroupsPath)");
            }
        }
    }

    /// <summary>The folders above the container's that do not exist yet, the deepest first: whoever makes them removes them.</summary>
    /// <param name="isSystemd">Whether systemd makes, and removes, those in its hierarchies.</param>
    public static ImmutableArray<string> MissingParents(CgroupPlacement placement, bool isSystemd = false)
    {
        ImmutableArray<string>.Builder missing = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < placement.Folders.Length; i++)
        {
            if (isSystemd && placement.Hierarchies[i].IsOfSystemd)
            {
                continue;
            }

            string parent = placement.Folders[i];
            while ((parent = parent[..parent.LastIndexOf('/')]).Length > placement.Hierarchies[i].MountPoint.Length
                && Files.TryStatus(Fd.CurrentDirectory, KernelString.Of(parent).Span, AtFlags.None, out _) == Errno.ENOENT)
            {
                missing.Add(parent);
            }
        }

        return missing.DrainToImmutable();
    }

    /// <summary>Makes every folder, with those above it.</summary>
    public static void MakeFolders(CgroupPlacement placement)
    {
        for (int i = 0; i < placement.Folders.Length; i++)
        {
            MakeFolder(placement.Folders[i], placement.Hierarchies[i]);
        }
    }

    /// <summary>The version 2 folder, for a process to be born in.</summary>
    public static OwnedFd OpenUnified(CgroupPlacement placement) =>
        Files.Open(Fd.CurrentDirectory, KernelString.Of(placement.Folders[0]).Span, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);

    /// <summary>Writes the limits and, on version 2, attaches the device program.</summary>
    public static void ApplyLimits(CgroupPlacement placement, CgroupPlan plan)
    {
        CgroupLimits.Apply(placement.Cgroup, plan.Writes);
        if (!plan.DeviceProgram.IsEmpty)
        {
            using OwnedFd program = Bpf.LoadDeviceProgram(plan.DeviceProgram.AsSpan());
            using OwnedFd folder = Files.Open(Fd.CurrentDirectory, KernelString.Of(placement.Folders[0]).Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
            Bpf.AttachDeviceProgram(folder.Borrow, program.Borrow);
        }
    }

    /// <summary>Puts a process in. Version 2 alone needs none of it: clone3 does it with CLONE_INTO_CGROUP.</summary>
    public static void Join(CgroupPlacement placement, int pid)
    {
        Span<byte> digits = stackalloc byte[20];
        ReadOnlySpan<byte> text = WholeFile.Digits(pid, digits);
        foreach (string folder in placement.Folders)
        {
            KernelString file = KernelString.Of(folder).Append(Processes[..^1]);
            Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, file.Span, text);
            if (errno != 0)
            {
                throw new LinuxException("putting the container's process into its cgroup: write", errno, file.ToString());
            }
        }
    }

    private static void MakeFolder(string folder, CgroupHierarchy hierarchy)
    {
        KernelString path = KernelString.Of(folder);
        if (hierarchy.IsVersion2)
        {
            int slash = folder.LastIndexOf('/');
            MakeParents(folder[..slash], hierarchy);
        }

        Errno errno = Folders.TryMakeDirectory(Fd.CurrentDirectory, path.Span, FolderMode);
        if (errno == Errno.ENOENT)
        {
            MakeParents(folder[..folder.LastIndexOf('/')], hierarchy);
            errno = Folders.TryMakeDirectory(Fd.CurrentDirectory, path.Span, FolderMode);
        }

        if (errno is not (0 or Errno.EEXIST))
        {
            throw new LinuxException("making the cgroup: mkdir", errno, folder);
        }

        if (hierarchy.Has("cpuset"))
        {
            InheritCpuset(path);
        }
    }

    private static void MakeParents(string folder, CgroupHierarchy hierarchy)
    {
        if (folder.Length > hierarchy.MountPoint.Length)
        {
            MakeParents(folder[..folder.LastIndexOf('/')], hierarchy);
            KernelString path = KernelString.Of(folder);
            Errno errno = Folders.TryMakeDirectory(Fd.CurrentDirectory, path.Span, FolderMode);
            if (errno is not (0 or Errno.EEXIST))
            {
                throw new LinuxException("making the cgroup: mkdir", errno, folder);
            }

            if (hierarchy.Has("cpuset"))
            {
                InheritCpuset(path);
            }
        }

        if (hierarchy.IsVersion2)
        {
            DelegateControllers(folder);
        }
    }

    // cgroups(7), "cgroup.subtree_control": children have only the controllers that every folder above hands down. A folder with processes
    // can't, and a controller may be held by version 1: a limit that then has no file is an error where it is written, with its JSON path.
    private static void DelegateControllers(string folder)
    {
        KernelString path = KernelString.Of(folder);
        byte[]? available = WholeFile.TryRead(path.Append("cgroup.controllers"u8).Span);
        byte[]? given = WholeFile.TryRead(path.Append("cgroup.subtree_control"u8).Span);
        if (available is null || given is null)
        {
            return;
        }

        StringBuilder missing = new();
        string has = $" {Encoding.ASCII.GetString(given).TrimEnd('\n')} ";
        foreach (string controller in Encoding.ASCII.GetString(available).TrimEnd('\n').Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!has.Contains($" {controller} ", StringComparison.Ordinal))
            {
                missing.Append(missing.Length == 0 ? "+" : " +").Append(controller);
            }
        }

        if (missing.Length == 0)
        {
            return;
        }

        KernelString file = path.Append("cgroup.subtree_control"u8);
        if (WholeFile.TryWrite(Fd.CurrentDirectory, file.Span, Encoding.ASCII.GetBytes(missing.ToString())) == 0)
        {
            return;
        }

        // All or nothing is the kernel's rule for one write: what can be had alone is better than nothing.
        foreach (string controller in missing.ToString().Split(' '))
        {
            _ = WholeFile.TryWrite(Fd.CurrentDirectory, file.Span, Encoding.ASCII.GetBytes(controller));
        }
    }

    // cpuset(7): a new version 1 folder has no CPUs and no memory nodes, and then takes no process.
    private static void InheritCpuset(KernelString folder)
    {
        CopyIfEmpty(folder, "cpuset.cpus"u8);
        CopyIfEmpty(folder, "cpuset.mems"u8);
    }

    private static void CopyIfEmpty(KernelString folder, ReadOnlySpan<byte> name)
    {
        KernelString file = folder.Append(name);
        byte[]? own = WholeFile.TryRead(file.Span);
        if (own is null || own.AsSpan().TrimEnd((byte)'\n').Length > 0)
        {
            return;
        }

        ReadOnlySpan<byte> parent = folder.Text[..folder.Text.LastIndexOf((byte)'/')];
        byte[]? inherited = WholeFile.TryRead(KernelString.OfBytes(parent).Append(name).Span);
        Errno errno = inherited is null ? Errno.ENOENT : WholeFile.TryWrite(Fd.CurrentDirectory, file.Span, inherited);
        if (errno != 0)
        {
            throw new LinuxException("giving the cgroup its parent's CPUs and memory nodes: write", errno, file.ToString());
        }
    }
}
