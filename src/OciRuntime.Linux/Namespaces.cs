// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;

namespace OciRuntime.Linux;

/// <summary>namespaces(7): leaving, joining, and what belongs to one.</summary>
public static unsafe class Namespaces
{
    /// <summary><c>unshare(2)</c>. CLONE_FS apart, child only: the parent has a second thread.</summary>
    public static void Unshare(CloneFlags flags) =>
        LinuxException.ThrowIfError(Raw.CallBlocking(SyscallNumber.Unshare, (nint)flags), "unshare");

    /// <summary><c>setns(2)</c>: of this thread; in the parent only for a while.</summary>
    /// <exception cref="LinuxException">
    /// EINVAL: the descriptor is not of a namespace of that type; or it is of a mount namespace, and root and current directory are shared with another thread.
    /// </exception>
    public static void Join(Fd file, CloneFlags type)
    {
        if (TryJoin(file, type) is var errno and not 0)
        {
            throw new LinuxException("setns", errno, "");
        }
    }

    /// <inheritdoc cref="Join"/>
    public static Errno TryJoin(Fd file, CloneFlags type) => Raw.ErrnoOf(Raw.CallBlocking(SyscallNumber.Setns, file.Number, (nint)type));

    /// <summary><c>sethostname(2)</c>. The name without terminator.</summary>
    public static void SetHostname(ReadOnlySpan<byte> name)
    {
        fixed (byte* text = name)
        {
            LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Sethostname, (nint)text, name.Length), "sethostname", name);
        }
    }

    /// <summary><c>setdomainname(2)</c>. The name without terminator.</summary>
    public static void SetDomainname(ReadOnlySpan<byte> name)
    {
        fixed (byte* text = name)
        {
            LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Setdomainname, (nint)text, name.Length), "setdomainname", name);
        }
    }

    /// <summary>Sets the loopback interface of this network namespace up. <c>SIOCSIFFLAGS</c>, netdevice(7).</summary>
    public static void SetLoopbackUp()
    {
        const nint AF_INET = 2;
        const nint SOCK_DGRAM_CLOEXEC = 0x80002;
        const nint SIOCSIFFLAGS = 0x8914;
        const int RequestSize = 40;
        const int FlagsOffset = 16;
        const short IFF_UP = 1;
        nint socket = LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Socket, AF_INET, SOCK_DGRAM_CLOEXEC, 0), "socket");
        using OwnedFd owned = new((int)socket);
        Span<byte> request = stackalloc byte[RequestSize];
        request.Clear();
        "lo"u8.CopyTo(request);
        request[FlagsOffset] = (byte)IFF_UP;
        fixed (byte* address = request)
        {
            LinuxException.ThrowIfError(Raw.CallBlocking(SyscallNumber.Ioctl, socket, SIOCSIFFLAGS, (nint)address), "ioctl SIOCSIFFLAGS", "lo\0"u8);
        }
    }
}
