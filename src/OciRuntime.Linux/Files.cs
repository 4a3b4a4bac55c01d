// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;

namespace OciRuntime.Linux;

/// <summary>Files, folders and descriptors. Every path ends with NUL; every new descriptor is close-on-exec.</summary>
public static unsafe partial class Files
{
    private const uint StatxBasicStats = 0x7ff;
    private const uint StatxMountId = 0x1000;

    /// <summary><c>openat(2)</c>.</summary>
    public static OwnedFd Open(Fd directory, ReadOnlySpan<byte> path, OpenFlags flags, uint mode = 0)
    {
        Errno errno = TryOpen(directory, path, flags, mode, out OwnedFd? file);
        return file ?? throw Failed("openat", errno, path);
    }

    /// <summary><c>openat(2)</c>, for callers that have a plan for the error.</summary>
    public static Errno TryOpen(Fd directory, ReadOnlySpan<byte> path, OpenFlags flags, uint mode, out OwnedFd? file)
    {
        fixed (byte* name = Raw.Terminated(path))
        {
            nint result = Raw.Call(SyscallNumber.Openat, directory.Number, (nint)name, (nint)(flags | OpenFlags.O_CLOEXEC), (nint)mode);
            file = result < 0 ? null : new OwnedFd((int)result);
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary><c>openat2(2)</c>, Linux 5.6.</summary>
    public static OwnedFd Resolve(Fd directory, ReadOnlySpan<byte> path, OpenFlags flags, ResolveFlags resolve)
    {
        Errno errno = TryResolve(directory, path, flags, resolve, out OwnedFd? file);
        return file ?? throw Failed("openat2", errno, path);
    }

    /// <summary><c>openat2(2)</c>, for callers that have a plan for the error.</summary>
    /// <remarks>EAGAIN says that something was renamed below the root meanwhile: it is tried again, a bounded number of times.</remarks>
    public static Errno TryResolve(Fd directory, ReadOnlySpan<byte> path, OpenFlags flags, ResolveFlags resolve, out OwnedFd? file)
    {
        const int Attempts = 128;
        OpenHow how = new() { Flags = flags | OpenFlags.O_CLOEXEC, Resolve = resolve };
        nint result = 0;
        fixed (byte* name = Raw.Terminated(path))
        {
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                result = Raw.Call(SyscallNumber.Openat2, directory.Number, (nint)name, (nint)(&how), sizeof(OpenHow));
                if (Raw.ErrnoOf(result) != Errno.EAGAIN)
                {
                    break;
                }
            }
        }

        file = result < 0 ? null : new OwnedFd((int)result);
        return Raw.ErrnoOf(result);
    }

    /// <summary><c>dup3(2)</c> onto <paramref name="target"/>, which a program started later inherits.</summary>
    public static void DuplicateInheritable(Fd source, Fd target) =>
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Dup3, source.Number, target.Number, 0), "dup3", source.Number);

    /// <summary><c>fcntl(F_SETFD)</c>: keeps or closes the descriptor at the next execve.</summary>
    public static Errno TrySetCloseOnExec(Fd file, bool closeOnExec)
    {
        const nint F_SETFD = 2;
        return Raw.ErrnoOf(Raw.Call(SyscallNumber.Fcntl, file.Number, F_SETFD, closeOnExec ? 1 : 0));
    }

    /// <summary>Whether the descriptor is open and would stay so over execve: one that the caller passed on. <c>fcntl(F_GETFD)</c>.</summary>
    public static bool IsInheritable(Fd file)
    {
        const nint F_GETFD = 1;
        return Raw.Call(SyscallNumber.Fcntl, file.Number, F_GETFD) == 0;
    }

    /// <summary><c>close_range(2)</c>, Linux 5.11 with the flag: marks every descriptor from <paramref name="first"/> on close-on-exec.</summary>
    public static void CloseOnExecFrom(uint first)
    {
        const nint CLOSE_RANGE_CLOEXEC = 4;
        LinuxException.ThrowIfError(
            Raw.Call(SyscallNumber.CloseRange, (nint)first, unchecked((nint)uint.MaxValue), CLOSE_RANGE_CLOEXEC), "close_range", first);
    }

    /// <summary><c>close_range(2)</c>, Linux 5.9: closes every descriptor from <paramref name="first"/> to <paramref name="last"/>.</summary>
    public static void CloseRange(uint first, uint last)
    {
        if (first <= last)
        {
            LinuxException.ThrowIfError(Raw.Call(SyscallNumber.CloseRange, (nint)first, (nint)last, 0), "close_range", first);
        }
    }

    /// <summary><c>fcntl(F_SETFL)</c> without O_NONBLOCK.</summary>
    public static void SetBlocking(Fd file)
    {
        const nint F_SETFL = 4;
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Fcntl, file.Number, F_SETFL, 0), "fcntl F_SETFL", file.Number);
    }

    /// <summary><c>fcntl(F_SETFL)</c> with O_NONBLOCK.</summary>
    public static void SetNonBlocking(Fd file)
    {
        const nint F_SETFL = 4;
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Fcntl, file.Number, F_SETFL, (nint)OpenFlags.O_NONBLOCK), "fcntl F_SETFL", file.Number);
    }

    /// <summary><c>read(2)</c>, again after EINTR.</summary>
    /// <returns>0 at the end of the file.</returns>
    public static int Read(Fd file, Span<byte> buffer)
    {
        Errno errno = TryRead(file, buffer, out int count);
        return errno == 0 ? count : throw Failed("read", errno, file);
    }

    /// <summary><c>read(2)</c>, again after EINTR, for callers that have a plan for the error.</summary>
    public static Errno TryRead(Fd file, Span<byte> buffer, out int count)
    {
        fixed (byte* to = buffer)
        {
            nint result;
            do
            {
                result = Raw.CallBlocking(SyscallNumber.Read, file.Number, (nint)to, buffer.Length);
            }
            while (Raw.ErrnoOf(result) == Errno.EINTR);
            count = result < 0 ? 0 : (int)result;
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary><c>pread(2)</c>: files of cgroups are read again from their start.</summary>
    public static Errno TryReadAt(Fd file, Span<byte> buffer, long offset, out int count)
    {
        fixed (byte* to = buffer)
        {
            nint result = Raw.Call(SyscallNumber.Pread64, file.Number, (nint)to, buffer.Length, (nint)offset);
            count = result < 0 ? 0 : (int)result;
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary><c>write(2)</c>, one call.</summary>
    public static Errno TryWrite(Fd file, ReadOnlySpan<byte> bytes, out int count)
    {
        fixed (byte* from = bytes)
        {
            nint result;
            do
            {
                result = Raw.CallBlocking(SyscallNumber.Write, file.Number, (nint)from, bytes.Length);
            }
            while (Raw.ErrnoOf(result) == Errno.EINTR);
            count = result < 0 ? 0 : (int)result;
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary><c>write(2)</c> until all of <paramref name="bytes"/> are written.</summary>
    public static void Write(Fd file, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Errno errno = TryWrite(file, bytes, out int count);
            if (errno != 0)
            {
                throw Failed("write", errno, file);
            }

            bytes = bytes[count..];
        }
    }

    /// <summary><c>statx(2)</c>. With an empty path: of the descriptor itself.</summary>
    public static FileStatus Status(Fd directory, ReadOnlySpan<byte> path, AtFlags flags = AtFlags.None)
    {
        Errno errno = TryStatus(directory, path, flags, out FileStatus status);
        return errno == 0 ? status : throw Failed("statx", errno, path);
    }

    public static FileStatus Status(Fd file) => Status(file, "\0"u8, AtFlags.AT_EMPTY_PATH);

    /// <summary><c>statx(2)</c>, for callers that have a plan for the error.</summary>
    public static Errno TryStatus(Fd directory, ReadOnlySpan<byte> path, AtFlags flags, out FileStatus status)
    {
        fixed (byte* name = Raw.Terminated(path))
        fixed (FileStatus* to = &status)
        {
            return Raw.ErrnoOf(Raw.Call(
                SyscallNumber.Statx, directory.Number, (nint)name, (nint)flags, (nint)(StatxBasicStats | StatxMountId), (nint)to));
        }
    }

    /// <summary>A file in memory, without a name. <c>memfd_create(2)</c>.</summary>
    public static OwnedFd MakeMemoryFile(ReadOnlySpan<byte> name)
    {
        const nint MFD_CLOEXEC = 1;
        fixed (byte* text = Raw.Terminated(name))
        {
            return new OwnedFd((int)LinuxException.ThrowIfError(Raw.Call(SyscallNumber.MemfdCreate, (nint)text, MFD_CLOEXEC), "memfd_create", name));
        }
    }

    /// <summary>A counter that other parts of the kernel add to; reading does not wait. <c>eventfd2(2)</c>.</summary>
    public static OwnedFd MakeEventCounter()
    {
        const nint EFD_NONBLOCK = (nint)OpenFlags.O_NONBLOCK;
        return new OwnedFd((int)LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Eventfd2, 0, EFD_NONBLOCK | (nint)OpenFlags.O_CLOEXEC), "eventfd2"));
    }

    /// <summary><c>pipe2(2)</c>.</summary>
    public static (OwnedFd Source, OwnedFd Target) MakePipe()
    {
        int* pair = stackalloc int[2];
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Pipe2, (nint)pair, (nint)OpenFlags.O_CLOEXEC), "pipe2");
        return (new OwnedFd(pair[0]), new OwnedFd(pair[1]));
    }

    /// <summary><c>lseek(2)</c> to the start.</summary>
    public static void Rewind(Fd file) => LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Lseek, file.Number, 0, 0), "lseek", file.Number);

    /// <summary>The file system's magic number. <c>fstatfs(2)</c>, include/uapi/linux/magic.h.</summary>
    public static long FileSystemType(Fd file) => FileSystemStatus(file).Type;

    /// <summary>The file system, and the mount that the descriptor is of. <c>fstatfs(2)</c>.</summary>
    public static FileSystemStatus FileSystemStatus(Fd file)
    {
        FileSystemStatus status = default;
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Fstatfs, file.Number, (nint)(&status)), "fstatfs", file.Number);
        return status;
    }

    /// <summary><c>flock(2)</c>. LOCK_SH 1, LOCK_EX 2, LOCK_NB 4.</summary>
    /// <returns>EWOULDBLOCK with LOCK_NB where somebody else holds it.</returns>
    public static Errno TryLock(Fd file, int operation)
    {
        nint result;
        do
        {
            result = Raw.CallBlocking(SyscallNumber.Flock, file.Number, operation);
        }
        while (Raw.ErrnoOf(result) == Errno.EINTR);
        return Raw.ErrnoOf(result);
    }

    private static LinuxException Failed(string call, Errno errno, ReadOnlySpan<byte> path) =>
        new(call, errno, System.Text.Encoding.UTF8.GetString(path.TrimEnd((byte)0)));

    private static LinuxException Failed(string call, Errno errno, Fd file) =>
        new(call, errno, file.Number.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
