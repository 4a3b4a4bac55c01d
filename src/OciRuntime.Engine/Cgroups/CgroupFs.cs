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

    /// <summary>Refuses a control group that somebody else uses, or that is frozen: limits and end would be theirs too, and nothing would run.</summary>
    /// <returns>Whether there is any folder already.</returns>
    public static bool RefuseOccupied(ContainerCgroup cgroup)
    {
        bool exists = false;
        foreach (string folder in cgroup.Folders)
        {
            KernelString path = KernelString.Of(folder);
            if (Files.TryStatus(Fd.CurrentDirectory, path.Span, AtFlags.None, out _) != 0)
            {
                continue;
            }

            exists = true;
            if (CgroupProcesses.InTree(path).Count > 0)
            {
                throw new ContainerException($"the container's cgroup is not empty: {folder} has processes (/linux/cgroupsPath)");
            }
        }

        return exists && Freezer.IsFrozen(cgroup)
            ? throw new ContainerException($"the container's cgroup unexpectedly frozen: {cgroup.Folders[0]} (/linux/cgroupsPath)")
            : exists;
    }

    /// <summary>Gives a version 2 folder, and those of its files that the kernel names, to another user: he may make groups in it.</summary>
    public static void Delegate(ContainerCgroup cgroup, uint owner)
    {
        KernelString folder = KernelString.Of(cgroup.Folders[0]);
        ChangeOwner(folder, owner);

        // config-linux.md, "Cgroup ownership": the three are of kernels that do not say.
        ReadOnlySpan<byte> names = WholeFile.TryRead("/sys/kernel/cgroup/delegate\0"u8) ?? "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n"u8;
        foreach (Range range in names.Split((byte)'\n'))
        {
            if (!names[range].IsEmpty)
            {
                ChangeOwner(folder.Append(names[range]), owner);
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
    /// <param name="parents">Folders above that were made for the container.</param>
    /// <param name="isNew">False: the folder was there before, and may have a program already.</param>
    public static void ApplyLimits(ContainerCgroup cgroup, CgroupPlan plan, ImmutableArray<string> parents, bool isNew)
    {
        GiveRealtime(cgroup, plan, parents);
        CgroupLimits.Apply(cgroup, plan.Writes);
        if (!plan.DeviceProgram.IsEmpty)
        {
            DeviceProgram.Attach(cgroup.Folders[0], plan.DeviceProgram, isNew);
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

    // sched-rt-group.rst: a new folder of version 1 has no real-time runtime, and what is below it can't have more.
    private static void GiveRealtime(ContainerCgroup cgroup, CgroupPlan plan, ImmutableArray<string> parents)
    {
        foreach (CgroupWrite write in plan.Writes)
        {
            if (!write.File.Text.StartsWith("cpu.rt_"u8) || cgroup.FolderOf("cpu") is not { } folder)
            {
                continue;
            }

            for (int i = parents.Length - 1; i >= 0; i--)
            {
                if (folder.StartsWith($"{parents[i]}/", StringComparison.Ordinal))
                {
                    // What is refused here is refused to the container's own folder, too, and told then.
                    _ = WholeFile.TryWrite(Fd.CurrentDirectory, KernelString.Of(parents[i]).Append(write.File.Text).Span, write.Value.Text);
                }
            }
        }
    }

    private static void ChangeOwner(KernelString path, uint owner)
    {
        Errno errno = Folders.TryChangeOwner(Fd.CurrentDirectory, path.Span, owner, uint.MaxValue, AtFlags.None);

        // ENOENT: the file of a controller that is not handed down to here.
        if (errno is not (0 or Errno.ENOENT))
        {
            throw new LinuxException($"giving the cgroup to user {owner}: fchownat", errno, path.ToString());
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

    // cpuset(7): a new version 1 folder has no CPUs and no memory nodes, and then takes no process; nor do those that others made above it.
    private static void InheritCpuset(KernelString folder)
    {
        _ = Inherit(folder, "cpuset.cpus"u8);
        _ = Inherit(folder, "cpuset.mems"u8);
    }

    /// <returns>What the file has in the end; null where there is none.</returns>
    private static byte[]? Inherit(KernelString folder, ReadOnlySpan<byte> name)
    {
        KernelString file = folder.Append(name);
        byte[]? own = WholeFile.TryRead(file.Span);
        if (own is null || own.AsSpan().TrimEnd((byte)'\n').Length > 0)
        {
            return own;
        }

        byte[]? inherited = Inherit(KernelString.OfBytes(folder.Text[..folder.Text.LastIndexOf((byte)'/')]), name);
        Errno errno = inherited is null ? Errno.ENOENT : WholeFile.TryWrite(Fd.CurrentDirectory, file.Span, inherited);
        return errno == 0
            ? inherited
            : throw new LinuxException("giving the cgroup its parent's CPUs and memory nodes: write", errno, file.ToString());
    }
}
