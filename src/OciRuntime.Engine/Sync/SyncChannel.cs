// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Sync;

/// <summary>One end of a socket that keeps message borders: a kind, a text, and perhaps a descriptor at a time.</summary>
internal sealed class SyncChannel(OwnedFd socket) : IDisposable
{
    private const int MaximumText = 8 * 1024;

    public Fd Socket => socket.Borrow;

    /// <returns>False where the other end is closed.</returns>
    public bool TrySend(SyncMessage message, ReadOnlySpan<char> text = default, Fd? descriptor = null)
    {
        Span<byte> buffer = stackalloc byte[1 + MaximumText];
        buffer[0] = (byte)message;
        Encoding.UTF8.TryGetBytes(text, buffer[1..], out int length);
        if (length == 0 && !text.IsEmpty)
        {
            // Too long: what fits of it. A character has at most three bytes.
            length = Encoding.UTF8.GetBytes(text[..(MaximumText / 3)], buffer[1..]);
        }

        return Sockets.TrySend(socket.Borrow, buffer[..(1 + length)], descriptor) == 0;
    }

    /// <summary>The same by write(2).</summary>
    /// <param name="text">ASCII, and short.</param>
    public void TryWrite(SyncMessage message, ReadOnlySpan<char> text)
    {
        Span<byte> buffer = stackalloc byte[1 + text.Length];
        buffer[0] = (byte)message;
        Encoding.ASCII.GetBytes(text, buffer[1..]);
        _ = Files.TryWrite(socket.Borrow, buffer, out _);
    }

    /// <summary>Waits for the next message.</summary>
    public SyncMessage Receive(out string text, out OwnedFd? descriptor)
    {
        Span<byte> buffer = stackalloc byte[1 + MaximumText];
        Errno errno = Sockets.TryReceive(socket.Borrow, buffer, out int count, out descriptor);
        text = errno == 0 && count > 1 ? Encoding.UTF8.GetString(buffer[1..count]) : "";
        return errno == 0 && count > 0 ? (SyncMessage)buffer[0] : SyncMessage.End;
    }

    public void Dispose() => socket.Dispose();
}
