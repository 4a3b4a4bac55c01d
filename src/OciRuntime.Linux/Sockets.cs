// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using OciRuntime.Abi;

namespace OciRuntime.Linux;

/// <summary>unix(7) sockets, with descriptors as ancillary data. Paths end with NUL.</summary>
public static unsafe class Sockets
{
    private const nint AF_UNIX = 1;
    private const nint SOCK_STREAM = 1;
    private const nint SOCK_DGRAM = 2;
    private const nint SOCK_SEQPACKET = 5;
    private const nint SOCK_NONBLOCK = 0x800;
    private const nint SOCK_CLOEXEC = 0x80000;
    private const nint MSG_NOSIGNAL = 0x4000;
    private const nint MSG_CMSG_CLOEXEC = 0x40000000;
    private const int SOL_SOCKET = 1;
    private const int SCM_RIGHTS = 1;
    private const int PathSize = 108;
    private const int FamilySize = 2;
    private const int ControlHeaderSize = 16;

    /// <summary>Two connected ends that keep message borders. <c>socketpair(2)</c>.</summary>
    public static (OwnedFd First, OwnedFd Second) MakePair()
    {
        int* pair = stackalloc int[2];
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, (nint)pair), "socketpair");
        return (new OwnedFd(pair[0]), new OwnedFd(pair[1]));
    }

    /// <summary>A socket that keeps message borders, listening at <paramref name="path"/>. <c>bind(2)</c>, <c>listen(2)</c>.</summary>
    public static OwnedFd Listen(ReadOnlySpan<byte> path)
    {
        const nint Backlog = 64;
        byte* address = stackalloc byte[FamilySize + PathSize];
        nint length = Fill(address, path);
        using OwnedFd socket = Make(SOCK_SEQPACKET);
        nint result = Raw.Call(SyscallNumber.Bind, socket.Borrow.Number, (nint)address, length);
        LinuxException.ThrowIfError(result, "bind", path);
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Listen, socket.Borrow.Number, Backlog), "listen", path);
        return new OwnedFd(socket.Release());
    }

    /// <summary>A datagram socket at <paramref name="path"/>. <c>bind(2)</c>; the umask applies.</summary>
    public static OwnedFd BindDatagrams(ReadOnlySpan<byte> path)
    {
        byte* address = stackalloc byte[FamilySize + PathSize];
        nint length = Fill(address, path);
        using OwnedFd socket = Make(SOCK_DGRAM);
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Bind, socket.Borrow.Number, (nint)address, length), "bind", path);
        return new OwnedFd(socket.Release());
    }

    /// <summary><c>connect(2)</c> of a datagram socket.</summary>
    /// <param name="path">Ends with NUL; or starts with one: a name in the abstract namespace, as long as it is.</param>
    public static Errno TryConnectDatagrams(ReadOnlySpan<byte> path, out OwnedFd? socket)
    {
        socket = null;
        if (path.Length > PathSize)
        {
            return Errno.ENAMETOOLONG;
        }

        byte* address = stackalloc byte[FamilySize + PathSize];
        nint length = Fill(address, path);
        OwnedFd made = Make(SOCK_DGRAM);
        Errno errno = Raw.ErrnoOf(Raw.CallBlocking(SyscallNumber.Connect, made.Borrow.Number, (nint)address, length));
        if (errno != 0)
        {
            made.Dispose();
            return errno;
        }

        socket = made;
        return 0;
    }

    /// <summary>A socket to the calling thread's network namespace. <c>socket(2)</c>, rtnetlink(7).</summary>
    public static OwnedFd OpenRoute()
    {
        const nint AF_NETLINK = 16;
        const nint SOCK_RAW = 3;
        const nint NETLINK_ROUTE = 0;
        return new OwnedFd((int)LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket AF_NETLINK"));
    }

    /// <summary><c>accept4(2)</c>, again after EINTR.</summary>
    public static OwnedFd Accept(Fd listener)
    {
        nint result;
        do
        {
            result = Raw.CallBlocking(SyscallNumber.Accept4, listener.Number, 0, 0, SOCK_CLOEXEC);
        }
        while (Raw.ErrnoOf(result) is Errno.EINTR or Errno.ECONNABORTED);
        return new OwnedFd((int)LinuxException.ThrowIfError(result, "accept4"));
    }

    /// <summary><c>connect(2)</c>: to a stream socket, or to one that keeps message borders.</summary>
    /// <param name="wait">While the listener's queue is full; else that is EAGAIN.</param>
    /// <returns>ECONNREFUSED where nobody listens any more; ENOENT where nobody ever did.</returns>
    public static Errno TryConnect(ReadOnlySpan<byte> path, bool stream, bool wait, out OwnedFd? socket)
    {
        byte* address = stackalloc byte[FamilySize + PathSize];
        nint length = Fill(address, path);
        OwnedFd made = Make((stream ? SOCK_STREAM : SOCK_SEQPACKET) | (wait ? 0 : SOCK_NONBLOCK));
        Errno errno = Raw.ErrnoOf(Raw.CallBlocking(SyscallNumber.Connect, made.Borrow.Number, (nint)address, length));
        if (errno != 0)
        {
            made.Dispose();
        }

        socket = errno == 0 ? made : null;
        return errno;
    }

    /// <summary><c>sendmsg(2)</c> of one message, with at most one descriptor. No SIGPIPE.</summary>
    public static Errno TrySend(Fd socket, ReadOnlySpan<byte> bytes, Fd? descriptor = null)
    {
        byte* control = stackalloc byte[ControlHeaderSize + 8];
        fixed (byte* from = bytes)
        {
            Vector vector = new() { Base = (nint)from, Length = bytes.Length };
            Message message = new() { Vectors = (nint)(&vector), VectorCount = 1 };
            if (descriptor is { } fd)
            {
                *(nint*)control = ControlHeaderSize + sizeof(int);
                *(int*)(control + 8) = SOL_SOCKET;
                *(int*)(control + 12) = SCM_RIGHTS;
                *(nint*)(control + ControlHeaderSize) = fd.Number;
                message.Control = (nint)control;
                message.ControlLength = ControlHeaderSize + 8;
            }

            nint result;
            do
            {
                result = Raw.CallBlocking(SyscallNumber.Sendmsg, socket.Number, (nint)(&message), MSG_NOSIGNAL);
            }
            while (Raw.ErrnoOf(result) == Errno.EINTR);
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary><c>recvmsg(2)</c> of one message, with at most one descriptor: there is no room for more, so the kernel closes them.</summary>
    /// <param name="count">0: the other end is closed.</param>
    public static Errno TryReceive(Fd socket, Span<byte> buffer, out int count, out OwnedFd? descriptor)
    {
        byte* control = stackalloc byte[ControlHeaderSize + 8];
        descriptor = null;
        fixed (byte* to = buffer)
        {
            Vector vector = new() { Base = (nint)to, Length = buffer.Length };
            Message message = new() { Vectors = (nint)(&vector), VectorCount = 1, Control = (nint)control, ControlLength = ControlHeaderSize + sizeof(int) };
            nint result;
            do
            {
                result = Raw.CallBlocking(SyscallNumber.Recvmsg, socket.Number, (nint)(&message), MSG_CMSG_CLOEXEC);
            }
            while (Raw.ErrnoOf(result) == Errno.EINTR);
            count = result < 0 ? 0 : (int)result;
            if (result >= 0 && message.ControlLength >= ControlHeaderSize + sizeof(int) && *(int*)(control + 12) == SCM_RIGHTS)
            {
                descriptor = new OwnedFd(*(int*)(control + ControlHeaderSize));
            }

            return Raw.ErrnoOf(result);
        }
    }

    private static OwnedFd Make(nint type) =>
        new((int)LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Socket, AF_UNIX, type | SOCK_CLOEXEC, 0), "socket"));

    // struct sockaddr_un, include/uapi/linux/un.h.
    private static nint Fill(byte* address, ReadOnlySpan<byte> path)
    {
        if (path is not [0, ..] && Raw.Terminated(path).Length > PathSize)
        {
            throw new LinuxException("socket address", Errno.ENAMETOOLONG, System.Text.Encoding.UTF8.GetString(path.TrimEnd((byte)0)));
        }

        BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(address, FamilySize), (ushort)AF_UNIX);
        path.CopyTo(new Span<byte>(address + FamilySize, PathSize));
        return FamilySize + path.Length;
    }

    // struct iovec and struct user_msghdr, include/uapi/linux/uio.h and include/linux/socket.h.
    private struct Vector
    {
        public nint Base;
        public nint Length;
    }

    private struct Message
    {
        public nint Name;
        public int NameLength;
        public nint Vectors;
        public nint VectorCount;
        public nint Control;
        public nint ControlLength;
        public int Flags;
    }
}
