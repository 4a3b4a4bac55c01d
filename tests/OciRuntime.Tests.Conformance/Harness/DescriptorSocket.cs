// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>The other end of --console-socket and --pidfd-socket: what go-runc and conmon do. unix(7), SCM_RIGHTS.</summary>
internal sealed unsafe class DescriptorSocket : IDisposable
{
    private const int ControlHeaderSize = 16; // struct cmsghdr: length, level, type
    private const int MostDescriptors = 16;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    internal DescriptorSocket(string path)
    {
        Path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
    }

    internal string Path { get; }

    /// <summary>All that one connection brings until it is closed.</summary>
    internal List<Message> ReceiveAll()
    {
        if (!_listener.Poll(Host.Timeout, SelectMode.SelectRead))
        {
            throw new TimeoutException($"nobody connected to {Path}");
        }

        using Socket connection = _listener.Accept();
        List<Message> messages = [];
        while (true)
        {
            if (!connection.Poll(Host.Timeout, SelectMode.SelectRead))
            {
                throw new TimeoutException($"the connection to {Path} stays open");
            }

            Message message = Receive((int)connection.Handle);
            if (message.Payload.Length == 0 && message.Descriptors.Count == 0)
            {
                return messages;
            }

            messages.Add(message);
        }
    }

    /// <returns>Whether somebody waits to be accepted.</returns>
    internal bool HasConnection() => _listener.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(Path);
    }

    internal static Message Receive(int socket)
    {
        byte[] payload = new byte[8192];
        byte* control = stackalloc byte[ControlHeaderSize + (MostDescriptors * sizeof(int))];
        fixed (byte* start = payload)
        {
            Native.Buffer buffer = new() { Base = start, Length = (nuint)payload.Length };
            Native.MessageHeader header = new()
            {
                Buffers = &buffer,
                BufferCount = 1,
                Control = control,
                ControlLength = ControlHeaderSize + (MostDescriptors * sizeof(int)),
            };
            nint count = Native.Check(Native.ReceiveMessage(socket, &header, Native.MessageCloseOnExec), "recvmsg");
            List<Descriptor> descriptors = [];
            if (header.ControlLength >= ControlHeaderSize)
            {
                int length = (int)*(nuint*)control;
                for (int offset = ControlHeaderSize; offset + sizeof(int) <= length; offset += sizeof(int))
                {
                    descriptors.Add(new Descriptor(*(int*)(control + offset)));
                }
            }

            return new Message(payload[..(int)count], descriptors, (header.Flags & Native.MessageControlTruncated) != 0);
        }
    }

    internal sealed record Message(byte[] Payload, List<Descriptor> Descriptors, bool IsTruncated);
}
