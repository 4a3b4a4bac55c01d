// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OciRuntime.Abi.Networking;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Network;

/// <summary>Questions and orders to one network namespace: that in which the socket was made. rtnetlink(7).</summary>
internal sealed class RouteSocket : IDisposable
{
    // net/netlink/af_netlink.c, netlink_dump: an answer is never longer than what the reader has shown room for, nor than this.
    private const int BufferSize = 32 * 1024;

    private readonly OwnedFd _socket = Sockets.OpenRoute();
    private readonly byte[] _buffer = new byte[BufferSize];
    private uint _sequence;

    public void Dispose() => _socket.Dispose();

    /// <summary>One order, or a question about one thing.</summary>
    /// <param name="answers">Gets what the kernel says beside "done".</param>
    /// <returns>The kernel's refusal.</returns>
    public Errno TryAsk(RouteRequest request, List<RouteAnswer>? answers = null)
    {
        const int Attempts = 16;
        for (int attempt = 1; ; attempt++)
        {
            answers?.Clear();
            Errno errno = Exchange(request, answers, out bool interrupted);

            // netlink(7): the list changed while it was read, and may lack some.
            if (!interrupted || attempt == Attempts)
            {
                return errno;
            }
        }
    }

    private Errno Exchange(RouteRequest request, List<RouteAnswer>? answers, out bool interrupted)
    {
        interrupted = false;
        Errno errno = Sockets.TrySend(_socket.Borrow, request.Bytes(++_sequence));
        bool ended = errno != 0;
        while (!ended)
        {
            errno = Sockets.TryReceive(_socket.Borrow, _buffer, out int count, out _);
            ended = errno != 0 || Take(_buffer.AsSpan(0, count), answers, ref interrupted, out errno);
        }

        return errno;
    }

    /// <returns>Whether the last message of the answer was among these.</returns>
    private bool Take(ReadOnlySpan<byte> messages, List<RouteAnswer>? answers, ref bool interrupted, out Errno errno)
    {
        int size = Unsafe.SizeOf<NetlinkHeader>();
        errno = 0;
        while (messages.Length >= size)
        {
            NetlinkHeader header = MemoryMarshal.Read<NetlinkHeader>(messages);
            if (header.Length < size || header.Length > messages.Length)
            {
                errno = Errno.EBADMSG;
                return true;
            }

            ReadOnlySpan<byte> body = messages[size..(int)header.Length];
            messages = messages[Math.Min(messages.Length, (int)((header.Length + 3) & ~3U))..];
            if (header.Sequence != _sequence)
            {
                continue;
            }

            interrupted |= (header.Flags & NetlinkFlags.NLM_F_DUMP_INTR) != 0;
            switch (header.Type)
            {
                case NetlinkType.NLMSG_DONE:
                    return true;
                case NetlinkType.NLMSG_ERROR:
                    // struct nlmsgerr starts with −errno; 0 is the acknowledgement.
                    errno = (Errno)(-MemoryMarshal.Read<int>(body));
                    return true;
                default:
                    answers?.Add(new RouteAnswer(header.Type, body.ToArray()));
                    break;
            }
        }

        return false;
    }
}
