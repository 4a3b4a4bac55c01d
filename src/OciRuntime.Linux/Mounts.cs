// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;

namespace OciRuntime.Linux;

/// <summary>The mount calls on descriptors, and pivot_root(2). Every path ends with NUL.</summary>
public static unsafe class Mounts
{
    private const nint FSOPEN_CLOEXEC = 1;
    private const nint FSMOUNT_CLOEXEC = 1;
    private const uint OPEN_TREE_CLONE = 1;
    private const uint OPEN_TREE_CLOEXEC = 0x80000;

    /// <summary>A detached copy of what is mounted at <paramref name="path"/>. <c>open_tree(2)</c>, Linux 5.2.</summary>
    public static OwnedFd CloneTree(Fd directory, ReadOnlySpan<byte> path, bool recursive)
    {
        Errno errno = TryCloneTree(directory, path, recursive, out OwnedFd? tree);
        return tree ?? throw new LinuxException("open_tree", errno, System.Text.Encoding.UTF8.GetString(path.TrimEnd((byte)0)));
    }

    /// <summary><c>open_tree(2)</c>, for callers that have a plan for the error.</summary>
    public static Errno TryCloneTree(Fd directory, ReadOnlySpan<byte> path, bool recursive, out OwnedFd? tree)
    {
        uint flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (uint)AtFlags.AT_EMPTY_PATH | (recursive ? (uint)AtFlags.AT_RECURSIVE : 0);
        fixed (byte* name = Raw.Terminated(path))
        {
            nint result = Raw.Call(SyscallNumber.OpenTree, directory.Number, (nint)name, (nint)flags);
            tree = result < 0 ? null : new OwnedFd((int)result);
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary>A context in which a new superblock of <paramref name="type"/> is configured. <c>fsopen(2)</c>, Linux 5.2.</summary>
    /// <exception cref="LinuxException">ENODEV: the kernel has no such file system.</exception>
    public static OwnedFd OpenFilesystem(ReadOnlySpan<byte> type)
    {
        fixed (byte* name = Raw.Terminated(type))
        {
            nint result = Raw.Call(SyscallNumber.Fsopen, (nint)name, FSOPEN_CLOEXEC);
            return new OwnedFd((int)LinuxException.ThrowIfError(result, "fsopen", type));
        }
    }

    /// <summary>Sets one parameter: a flag where <paramref name="value"/> is empty, else a string ending with NUL. <c>fsconfig(2)</c>, Linux 5.2.</summary>
    /// <exception cref="LinuxException">EINVAL: the file system does not know the key, or refuses the value; its own words are in the message.</exception>
    public static void Configure(Fd context, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        FsConfigCommand command = value.IsEmpty ? FsConfigCommand.FSCONFIG_SET_FLAG : FsConfigCommand.FSCONFIG_SET_STRING;
        fixed (byte* name = Raw.Terminated(key), text = value)
        {
            nint result = Raw.Call(SyscallNumber.Fsconfig, context.Number, (nint)command, (nint)name, (nint)text, 0);
            if (result < 0)
            {
                throw new LinuxException("fsconfig", Raw.ErrnoOf(result), Parameter(context, key, value));
            }
        }
    }

    /// <summary>Makes the superblock, or with FSCONFIG_CMD_RECONFIGURE changes it. <c>fsconfig(2)</c>, Linux 5.2.</summary>
    public static void Command(Fd context, FsConfigCommand command)
    {
        nint result = Raw.CallBlocking(SyscallNumber.Fsconfig, context.Number, (nint)command, 0, 0, 0);
        if (result < 0)
        {
            throw new LinuxException("fsconfig", Raw.ErrnoOf(result), KernelWords(context));
        }
    }

    /// <summary>The detached mount of a configured superblock. <c>fsmount(2)</c>, Linux 5.2.</summary>
    public static OwnedFd MountFilesystem(Fd context, MountAttr attributes)
    {
        nint result = Raw.Call(SyscallNumber.Fsmount, context.Number, FSMOUNT_CLOEXEC, (nint)attributes);
        return new OwnedFd((int)LinuxException.ThrowIfError(result, "fsmount"));
    }

    /// <summary>A context in which the superblock mounted at <paramref name="mount"/> is reconfigured. <c>fspick(2)</c>, Linux 5.2.</summary>
    public static OwnedFd PickFilesystem(Fd mount)
    {
        const nint FSPICK_CLOEXEC = 1;
        const nint FSPICK_EMPTY_PATH = 8;
        fixed (byte* empty = "\0"u8)
        {
            nint result = Raw.Call(SyscallNumber.Fspick, mount.Number, (nint)empty, FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
            return new OwnedFd((int)LinuxException.ThrowIfError(result, "fspick"));
        }
    }

    /// <summary>Attaches the detached mount <paramref name="tree"/> on what <paramref name="target"/> is. <c>move_mount(2)</c>, Linux 5.2.</summary>
    /// <exception cref="LinuxException">ENOTDIR: one is a folder and the other is not.</exception>
    public static void Attach(Fd tree, Fd target)
    {
        const nint MOVE_MOUNT_F_EMPTY_PATH = 0x4;
        const nint MOVE_MOUNT_T_EMPTY_PATH = 0x40;
        fixed (byte* empty = "\0"u8)
        {
            nint result = Raw.Call(
                SyscallNumber.MoveMount, tree.Number, (nint)empty, target.Number, (nint)empty, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
            LinuxException.ThrowIfError(result, "move_mount");
        }
    }

    /// <summary>Changes a mount, with AT_RECURSIVE all below it too. <c>mount_setattr(2)</c>, Linux 5.12.</summary>
    public static void SetAttributes(Fd mount, ReadOnlySpan<byte> path, AtFlags flags, MountAttributes attributes)
    {
        Errno errno = TrySetAttributes(mount, path, flags, attributes);
        if (errno != 0)
        {
            throw new LinuxException("mount_setattr", errno, System.Text.Encoding.UTF8.GetString(path.TrimEnd((byte)0)));
        }
    }

    /// <summary><c>mount_setattr(2)</c>, Linux 5.12, for callers that have a plan for the error.</summary>
    public static Errno TrySetAttributes(Fd mount, ReadOnlySpan<byte> path, AtFlags flags, MountAttributes attributes)
    {
        fixed (byte* name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(
                SyscallNumber.MountSetattr, mount.Number, (nint)name, (nint)flags, (nint)(&attributes), sizeof(MountAttributes)));
        }
    }

    /// <summary><c>umount2(2)</c> with MNT_DETACH: off the tree at once, gone when nobody uses it.</summary>
    public static void Detach(ReadOnlySpan<byte> path)
    {
        const nint MNT_DETACH = 2;
        fixed (byte* name = Raw.Terminated(path))
        {
            LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Umount2, (nint)name, MNT_DETACH), "umount2", path);
        }
    }

    /// <summary><c>pivot_root(".", ".")</c>: the current directory becomes the root, with the old root mounted over it. pivot_root(2), NOTES.</summary>
    public static void PivotRootToCurrentDirectory()
    {
        fixed (byte* here = ".\0"u8)
        {
            LinuxException.ThrowIfError(Raw.Call(SyscallNumber.PivotRoot, (nint)here, (nint)here), "pivot_root");
        }
    }

    /// <summary><c>chroot(2)</c>.</summary>
    public static void ChangeRoot(ReadOnlySpan<byte> path)
    {
        fixed (byte* name = Raw.Terminated(path))
        {
            LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Chroot, (nint)name), "chroot", path);
        }
    }

    private static string Parameter(Fd context, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        string parameter = System.Text.Encoding.UTF8.GetString(key.TrimEnd((byte)0));
        if (!value.IsEmpty)
        {
            parameter = $"{parameter}={System.Text.Encoding.UTF8.GetString(value.TrimEnd((byte)0))}";
        }

        string words = KernelWords(context);
        return words.Length == 0 ? parameter : $"{parameter} ({words})";
    }

    // A file-system context is read for the kernel's own messages: "e tmpfs: Unknown parameter 'x'", one a read. ENODATA: none.
    private static string KernelWords(Fd context)
    {
        const int LevelPrefix = 2;
        Span<byte> buffer = stackalloc byte[512];
        return Files.TryRead(context, buffer, out int count) == 0 && count > LevelPrefix
            ? System.Text.Encoding.UTF8.GetString(buffer[LevelPrefix..count].TrimEnd((byte)'\n'))
            : "";
    }
}
