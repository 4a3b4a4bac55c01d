// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Cgroups;

/// <summary>One <c>--cgroup</c> of exec: a folder below the container's own.</summary>
/// <param name="Controllers">Of version 1: <c>cpu,cpuacct</c>. Empty: in every hierarchy, and on version 2.</param>
public sealed record SubCgroup(string Controllers, string Path)
{
    public string Text => Controllers.Length == 0 ? Path : $"{Controllers}:{Path}";
}

/// <summary>Where the process of an exec goes: the container's folders, or folders below them.</summary>
internal sealed class ExecPlacement : IDisposable
{
    private const long CGROUP2_SUPER_MAGIC = 0x63677270;
    private const OpenFlags Folder = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;

    private readonly ImmutableArray<string> _paths;
    private readonly ImmutableArray<SubCgroup> _subCgroups;
    private readonly List<OwnedFd> _folders = [];
    private bool _isGone;

    private ExecPlacement(ImmutableArray<string> paths, ImmutableArray<SubCgroup> subCgroups) => (_paths, _subCgroups) = (paths, subCgroups);

    /// <summary>The one folder of version 2, for the process to be born in; null: it is put into all folders by <see cref="Join"/>.</summary>
    public Fd? Birthplace { get; private set; }

    /// <summary>Whether there is the one tree of version 2, and the container's own folder in it is gone.</summary>
    public bool IsGone => _isGone;

    private bool MayFollow => _isGone || Birthplace is not null;

    public static ExecPlacement Choose(ContainerRecord record, ImmutableArray<SubCgroup> subCgroups)
    {
        foreach (SubCgroup sub in subCgroups)
        {
            RefuseAbove(sub);
        }

        ExecPlacement placement = new(record.CgroupFolders, subCgroups);
        try
        {
            placement.Open();
            return placement;
        }
        catch (Exception)
        {
            placement.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (OwnedFd folder in _folders)
        {
            folder.Dispose();
        }
    }

    /// <summary>Version 1: puts the process in.</summary>
    public void Join(int pid)
    {
        if (Birthplace is not null)
        {
            return;
        }

        Descend(pid);
        Span<byte> digits = stackalloc byte[20];
        ReadOnlySpan<byte> text = WholeFile.Digits(pid, digits);
        for (int i = 0; i < _folders.Count; i++)
        {
            Errno errno = WholeFile.TryWrite(_folders[i].Borrow, "cgroup.procs\0"u8, text);
            if (errno != 0)
            {
                throw new ContainerException($"adding pid {pid} to the container's cgroup: write {_paths[i]}/cgroup.procs: {ErrnoText.Of(errno)}");
            }
        }
    }

    /// <summary>
    /// Where the container's own folder takes no process, the one that its first process is in: it may have made groups below and moved
    /// there, as systemd does. cgroups(7), "no internal processes".
    /// </summary>
    /// <returns>False where the caller has named the folder, or there is no other.</returns>
    public bool TryFollow(int firstPid)
    {
        if (!_subCgroups.IsEmpty || !MayFollow || PathOf(firstPid) is not { } path)
        {
            return false;
        }

        foreach (CgroupHierarchy hierarchy in CgroupHierarchy.Detect(CgroupLayout.V2))
        {
            OwnedFd folder = Files.Open(Fd.CurrentDirectory, KernelString.Of($"{hierarchy.MountPoint}{path}").Span, Folder);
            _folders.Add(folder);
            Birthplace = folder.Borrow;
            return true;
        }

        return false;
    }

    private void Open()
    {
        bool isVersion2 = false;
        foreach (string path in _paths)
        {
            Errno errno = Files.TryOpen(Fd.CurrentDirectory, KernelString.Of(path).Span, Folder, 0, out OwnedFd? folder);
            if (folder is not null)
            {
                _folders.Add(folder);
                isVersion2 = _paths.Length == 1 && Files.FileSystemType(folder.Borrow) == CGROUP2_SUPER_MAGIC;
            }
            else if (_paths.Length > 1 || errno != Errno.ENOENT)
            {
                throw new LinuxException("opening the container's cgroup: open", errno, path);
            }
        }

        // Version 2, and it was removed: its processes have moved elsewhere.
        _isGone = _folders.Count < _paths.Length;
        if (isVersion2)
        {
            Descend(pid: 0);
            Birthplace = _folders[0].Borrow;
        }
    }

    private void Descend(int pid)
    {
        foreach (SubCgroup sub in _subCgroups)
        {
            if (sub.Controllers.Length == 0)
            {
                for (int i = 0; i < _folders.Count; i++)
                {
                    Descend(i, sub, pid);
                }

                continue;
            }

            List<CgroupHierarchy> hierarchies = CgroupHierarchy.Detect(CgroupLayout.V1);
            foreach (string controller in sub.Controllers.Split(','))
            {
                CgroupHierarchy? hierarchy = hierarchies.Find(one => one.Has(controller));
                int index = hierarchy is null ? -1 : IndexOf(hierarchy.MountPoint);
                if (index < 0)
                {
                    throw new ContainerException($"--cgroup {sub.Text}: unknown controller {controller}: the container has no cgroup of it");
                }

                Descend(index, sub, pid);
            }
        }
    }

    private int IndexOf(string mountPoint)
    {
        for (int i = 0; i < _paths.Length; i++)
        {
            if (_paths[i].StartsWith($"{mountPoint}/", StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    // "../x" would be the group of somebody else.
    private static void RefuseAbove(SubCgroup sub)
    {
        foreach (string part in sub.Path.Split('/'))
        {
            if (part == "..")
            {
                throw new ContainerException($"--cgroup {sub.Text}: bad sub cgroup path: it must lie below the container's own");
            }
        }
    }

    private void Descend(int index, SubCgroup sub, int pid)
    {
        string path = sub.Path.Trim('/');
        if (path.Length == 0)
        {
            return;
        }

        const ResolveFlags Beneath = ResolveFlags.RESOLVE_BENEATH | ResolveFlags.RESOLVE_NO_XDEV | ResolveFlags.RESOLVE_NO_SYMLINKS;
        Errno errno = Files.TryResolve(_folders[index].Borrow, KernelString.Of(path).Span, Folder, Beneath, out OwnedFd? below);
        if (below is null)
        {
            string who = pid == 0 ? "the process" : $"pid {pid}";
            throw new ContainerException($"--cgroup {sub.Text}: adding {who} to {_paths[index]}/{path}: openat2: {ErrnoText.Of(errno)}");
        }

        _folders[index].Dispose();
        _folders[index] = below;
    }

    // cgroups(7), "/proc/pid/cgroup": 0::/path, seen from our own cgroup namespace.
    private static string? PathOf(int pid)
    {
        byte[]? groups = WholeFile.TryRead(KernelString.Of($"/proc/{pid}/cgroup").Span);
        if (groups is null)
        {
            return null;
        }

        ReadOnlySpan<byte> text = groups;
        int start = text.IndexOf("0::/"u8);
        if (start < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> line = text[(start + 3)..];
        line = line[..line.IndexOf((byte)'\n')];
        return line.StartsWith("/.."u8) ? null : Encoding.UTF8.GetString(line);
    }
}
