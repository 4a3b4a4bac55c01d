// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>The option tmpcopyup: a new tmpfs gets what the image has at its place, before anybody sees it.</summary>
/// <remarks>Name by name below two descriptors: no link of the image is ever followed, and other mounts are not entered.</remarks>
internal sealed class CopyUpStage
{
    private const OpenFlags Folder = OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW;
    private const uint Permissions = 0xFFF; // 07777

    private readonly Fd _top;
    private readonly Dictionary<ulong, KernelString> _linked = [];
    private readonly byte[] _buffer = new byte[ExtendedAttributes.MaximumSize];
    private byte[]? _names;

    private CopyUpStage(Fd top) => _top = top;

    public static void Run(MountStep.NewFilesystem step, Fd image, Fd mount)
    {
        if (!step.CopyUp)
        {
            return;
        }

        try
        {
            using OwnedFd from = Files.Open(image, ".\0"u8, Folder);
            new CopyUpStage(mount).CopyFolder(from.Borrow, mount, KernelString.Empty);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"copying {step.Target} of the image into its tmpfs ({step.Origin}, tmpcopyup): {e.Message}");
        }
    }

    private void CopyFolder(Fd from, Fd to, KernelString path)
    {
        foreach (KernelString name in Folders.Names(from))
        {
            Copy(from, to, name, path.IsEmpty ? name : path.Append(name.Text));
        }
    }

    private void Copy(Fd from, Fd to, KernelString name, KernelString path)
    {
        FileStatus status = Files.Status(from, name.Span, AtFlags.AT_SYMLINK_NOFOLLOW);
        bool isShared = status.LinkCount > 1 && status.Type != FileType.S_IFDIR;
        if (isShared && _linked.TryGetValue(status.Inode, out KernelString first))
        {
            Check(Folders.TryMakeLink(_top, first.Span, to, name.Span), "linkat", path);
            return;
        }

        switch (status.Type)
        {
            case FileType.S_IFDIR:
                CopyWhole(from, to, name, path, status);
                break;
            case FileType.S_IFREG:
                CopyFile(from, to, name, path, status);
                break;
            case FileType.S_IFLNK:
                CopyLink(from, to, name, path);
                SetOwner(to, name, path, status);
                break;
            default:
                Check(Folders.TryMakeNode(to, name.Span, status.Mode, status.NodeMajor, status.NodeMinor), "mknodat", path);
                SetOwner(to, name, path, status);
                break;
        }

        // After its content: that changes them.
        Check(Folders.TrySetTimes(to, name.Span, status.AccessTime, status.ModificationTime), "utimensat", path);
        if (isShared)
        {
            _linked.Add(status.Inode, path);
        }
    }

    private void CopyWhole(Fd from, Fd to, KernelString name, KernelString path, FileStatus status)
    {
        Folders.MakeDirectory(to, name.Span, status.Mode & Permissions);
        using OwnedFd copy = Files.Open(to, name.Span, Folder);

        // EXDEV: another mount. Its own place in the image is what belongs to the image, and that is an empty folder.
        Errno errno = Files.TryResolve(from, name.Span, Folder, ResolveFlags.RESOLVE_NO_SYMLINKS | ResolveFlags.RESOLVE_NO_XDEV, out OwnedFd? folder);
        using (folder)
        {
            if (folder is not null)
            {
                CopyFolder(folder.Borrow, copy.Borrow, path);
                SetOwner(to, name, path, status);
                Folders.ChangeMode(copy.Borrow, status.Mode & Permissions);
                CopyAttributes(folder.Borrow, copy.Borrow, path);
            }
            else if (errno != Errno.EXDEV)
            {
                throw new LinuxException("openat2", errno, path.ToString());
            }
        }
    }

    private void CopyFile(Fd from, Fd to, KernelString name, KernelString path, FileStatus status)
    {
        // O_NONBLOCK: were it made a pipe meanwhile, opening it would wait for a writer.
        const OpenFlags Read = OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY;
        using OwnedFd file = Files.Open(from, name.Span, Read);
        if (Files.Status(file.Borrow).Type != FileType.S_IFREG)
        {
            throw new LinuxException("openat", Errno.EINVAL, path.ToString());
        }

        using OwnedFd copy = Files.Open(to, name.Span, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, status.Mode & Permissions);
        for (int count = Files.Read(file.Borrow, _buffer); count > 0; count = Files.Read(file.Borrow, _buffer))
        {
            Files.Write(copy.Borrow, _buffer.AsSpan(0, count));
        }

        // A change of owner and of content takes set-id bits and file capabilities away, so mode and attributes come last.
        SetOwner(to, name, path, status);
        Folders.ChangeMode(copy.Borrow, status.Mode & Permissions);
        CopyAttributes(file.Borrow, copy.Borrow, path);
    }

    private void CopyLink(Fd from, Fd to, KernelString name, KernelString path)
    {
        Check(Folders.TryReadLink(from, name.Span, _buffer, out int length), "readlinkat", path);
        _buffer[length] = 0;
        Check(Folders.TryMakeSymbolicLink(_buffer.AsSpan(0, length + 1), to, name.Span), "symlinkat", path);
    }

    private void CopyAttributes(Fd from, Fd to, KernelString path)
    {
        _names ??= new byte[ExtendedAttributes.MaximumSize];
        Errno errno = ExtendedAttributes.TryList(from, _names, out int length);
        if (errno != Errno.EOPNOTSUPP)
        {
            Check(errno, "flistxattr", path);
        }

        ReadOnlySpan<byte> names = _names.AsSpan(0, length);
        while (!names.IsEmpty)
        {
            int end = names.IndexOf((byte)0) + 1;
            ReadOnlySpan<byte> name = names[..end];
            names = names[end..];
            Check(ExtendedAttributes.TryGet(from, name, _buffer, out int size), "fgetxattr", path);
            errno = ExtendedAttributes.TrySet(to, name, _buffer.AsSpan(0, size));

            // Left out: a kind that tmpfs does not keep (user.* before Linux 6.6), and one that only the host's root may give.
            if (errno is not (Errno.EOPNOTSUPP or Errno.EPERM))
            {
                Check(errno, "fsetxattr", path);
            }
        }
    }

    private static void SetOwner(Fd folder, KernelString name, KernelString path, FileStatus status) =>
        Check(Folders.TryChangeOwner(folder, name.Span, status.UserId, status.GroupId, AtFlags.AT_SYMLINK_NOFOLLOW), "fchownat", path);

    private static void Check(Errno errno, string call, KernelString path)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, path.ToString());
        }
    }
}
