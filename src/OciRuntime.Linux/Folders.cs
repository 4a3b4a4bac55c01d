// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;

namespace OciRuntime.Linux;

/// <summary>Names in folders: making, reading, renaming and removing them. Every path ends with NUL.</summary>
public static unsafe class Folders
{
    /// <summary><c>mkdirat(2)</c>; the umask applies.</summary>
    public static Errno TryMakeDirectory(Fd directory, ReadOnlySpan<byte> path, uint mode)
    {
        fixed (byte* name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Mkdirat, directory.Number, (nint)name, (nint)mode));
        }
    }

    public static void MakeDirectory(Fd directory, ReadOnlySpan<byte> path, uint mode) =>
        Throw(TryMakeDirectory(directory, path, mode), "mkdirat", path);

    /// <summary><c>mknodat(2)</c>; the umask applies.</summary>
    public static Errno TryMakeNode(Fd directory, ReadOnlySpan<byte> path, uint mode, uint major, uint minor)
    {
        fixed (byte* name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Mknodat, directory.Number, (nint)name, (nint)mode, (nint)DeviceNumber(major, minor)));
        }
    }

    /// <summary><c>symlinkat(2)</c>.</summary>
    public static Errno TryMakeSymbolicLink(ReadOnlySpan<byte> target, Fd directory, ReadOnlySpan<byte> path)
    {
        fixed (byte* to = Raw.Terminated(target), name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Symlinkat, (nint)to, directory.Number, (nint)name));
        }
    }

    /// <summary><c>linkat(2)</c>: another name for <paramref name="existing"/>, which is not followed if it is a symbolic link.</summary>
    public static Errno TryMakeLink(Fd folder, ReadOnlySpan<byte> existing, Fd directory, ReadOnlySpan<byte> path)
    {
        fixed (byte* old = Raw.Terminated(existing), name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Linkat, folder.Number, (nint)old, directory.Number, (nint)name, 0));
        }
    }

    /// <summary><c>utimensat(2)</c>, of a symbolic link itself.</summary>
    public static Errno TrySetTimes(Fd directory, ReadOnlySpan<byte> path, FileTime access, FileTime modification)
    {
        long* times = stackalloc long[] { access.Seconds, access.Nanoseconds, modification.Seconds, modification.Nanoseconds };
        fixed (byte* name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Utimensat, directory.Number, (nint)name, (nint)times, (nint)AtFlags.AT_SYMLINK_NOFOLLOW));
        }
    }

    /// <summary><c>readlinkat(2)</c>.</summary>
    /// <returns>How many bytes of <paramref name="target"/> were filled; no terminator.</returns>
    public static Errno TryReadLink(Fd directory, ReadOnlySpan<byte> path, Span<byte> target, out int length)
    {
        fixed (byte* name = Raw.Terminated(path), to = target)
        {
            nint result = Raw.Call(SyscallNumber.Readlinkat, directory.Number, (nint)name, (nint)to, target.Length);
            length = result < 0 ? 0 : (int)result;
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary><c>unlinkat(2)</c>.</summary>
    public static Errno TryRemove(Fd directory, ReadOnlySpan<byte> path, AtFlags flags = AtFlags.None)
    {
        fixed (byte* name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Unlinkat, directory.Number, (nint)name, (nint)flags));
        }
    }

    /// <summary><c>renameat2(2)</c> within one folder, replacing what has the new name.</summary>
    public static void Rename(Fd directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* old = Raw.Terminated(from), name = Raw.Terminated(to))
        {
            nint result = Raw.Call(SyscallNumber.Renameat2, directory.Number, (nint)old, directory.Number, (nint)name, 0);
            LinuxException.ThrowIfError(result, "renameat2", to);
        }
    }

    /// <summary><c>fchownat(2)</c>, of the descriptor itself with an empty path. <c>uint.MaxValue</c> leaves an id alone.</summary>
    public static Errno TryChangeOwner(Fd directory, ReadOnlySpan<byte> path, uint uid, uint gid, AtFlags flags)
    {
        fixed (byte* name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Fchownat, directory.Number, (nint)name, (nint)uid, (nint)gid, (nint)flags));
        }
    }

    /// <summary><c>fchmod(2)</c>, which wants a real descriptor, not an O_PATH one.</summary>
    public static void ChangeMode(Fd file, uint mode) =>
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Fchmod, file.Number, (nint)mode), "fchmod", file.Number);

    /// <summary><c>getdents64(2)</c> to the end of the folder.</summary>
    /// <returns>The names, without <c>.</c> and <c>..</c>, in the folder's own order.</returns>
    public static List<KernelString> Names(Fd directory)
    {
        Errno errno = TryNames(directory, out List<KernelString> names);
        return errno == 0 ? names : throw new LinuxException("getdents64", errno, $"{directory.Number}");
    }

    /// <inheritdoc cref="Names"/>
    /// <returns>ENOENT: the folder has been removed since it was opened.</returns>
    public static Errno TryNames(Fd directory, out List<KernelString> names)
    {
        const int BufferSize = 4096;
        Span<byte> buffer = stackalloc byte[BufferSize];
        names = [];
        fixed (byte* to = buffer)
        {
            while (true)
            {
                nint result = Raw.Call(SyscallNumber.Getdents64, directory.Number, (nint)to, BufferSize);
                if (result <= 0)
                {
                    return Raw.ErrnoOf(result);
                }

                AddNames(buffer[..(int)result], names);
            }
        }
    }

    // struct linux_dirent64: u64 ino, s64 off, u16 reclen, u8 type, then the name.
    private static void AddNames(ReadOnlySpan<byte> entries, List<KernelString> names)
    {
        const int LengthOffset = 16;
        const int NameOffset = 19;
        while (!entries.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(entries[LengthOffset..]);
            ReadOnlySpan<byte> name = entries[NameOffset..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add(KernelString.OfBytes(name));
            }

            entries = entries[length..];
        }
    }

    // include/linux/kdev_t.h, new_encode_dev.
    private static uint DeviceNumber(uint major, uint minor) => (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);

    private static void Throw(Errno errno, string call, ReadOnlySpan<byte> path)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, System.Text.Encoding.UTF8.GetString(path.TrimEnd((byte)0)));
        }
    }
}
