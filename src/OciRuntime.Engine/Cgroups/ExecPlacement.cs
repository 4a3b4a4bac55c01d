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
/// <param name="Controllers">Of version 1: <c>cpu,cpuacct</c>. Empty: version 2.</param>
public sealed record SubCgroup(string Controllers, string Path);

/// <summary>Where the process of an exec goes: the container's folders, or folders below them.</summary>
internal sealed class ExecPlacement : IDisposable
{
    private const OpenFlags Folder = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;

    private readonly List<OwnedFd> _folders = [];
    private bool _isFixed;

    private ExecPlacement()
    {
    }

    /// <summary>The one folder of version 2, for the process to be born in; null: it is put into all folders by <see cref="Join"/>.</summary>
    public Fd? Birthplace { get; private set; }

    public static ExecPlacement Choose(ContainerRecord record, ImmutableArray<SubCgroup> subCgroups)
    {
        ExecPlacement placement = new() { _isFixed = !subCgroups.IsEmpty };
        try
        {
            placement.Open(ContainerCgroup.Of(record), subCgroups);
            return placement;
        }
        catch (LinuxException)
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

        Span<byte> digits = stackalloc byte[20];
        ReadOnlySpan<byte> text = WholeFile.Digits(pid, digits);
        foreach (OwnedFd folder in _folders)
        {
            Errno errno = WholeFile.TryWrite(folder.Borrow, "cgroup.procs\0"u8, text);
            if (errno != 0)
            {
                throw new LinuxException("putting the process into the container's cgroup: write", errno, "cgroup.procs");
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
        if (_isFixed || Birthplace is null || PathOf(firstPid) is not { } path)
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

    private void Open(ContainerCgroup cgroup, ImmutableArray<SubCgroup> subCgroups)
    {
        foreach (string path in cgroup.Folders)
        {
            _folders.Add(Files.Open(Fd.CurrentDirectory, KernelString.Of(path).Span, Folder));
        }

        foreach (SubCgroup sub in subCgroups)
        {
            if ((sub.Controllers.Length == 0) != cgroup.IsVersion2)
            {
                throw new ContainerException(cgroup.IsVersion2
                    ? $"--cgroup {sub.Controllers}:{sub.Path}: cgroup v2 has one tree, and takes no controller here"
                    : $"--cgroup {sub.Path}: cgroup v1 needs its controllers, as in cpu,cpuacct:{sub.Path}");
            }

            Descend(cgroup, sub);
        }

        Birthplace = cgroup.IsVersion2 ? _folders[0].Borrow : null;
    }

    private void Descend(ContainerCgroup cgroup, SubCgroup sub)
    {
        if (cgroup.IsVersion2)
        {
            Descend(0, sub);
            return;
        }

        foreach (string controller in sub.Controllers.Split(','))
        {
            int index = cgroup.IndexOf(controller);
            if (index < 0)
            {
                throw new ContainerException($"--cgroup {sub.Controllers}:{sub.Path}: the container has no cgroup with controller \"{controller}\"");
            }

            Descend(index, sub);
        }
    }

    // Beneath: "../x" would be the group of somebody else.
    private void Descend(int index, SubCgroup sub)
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
            string hint = errno == Errno.EXDEV ? " (hint: it must lie below the container's own cgroup)" : "";
            throw new ContainerException($"--cgroup {sub.Path}: opening the folder below the container's cgroup{hint}: openat2: {ErrnoText.Of(errno)}");
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
