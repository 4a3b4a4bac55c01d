// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Net.Sockets;
using System.Text;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>The other end of NOTIFY_SOCKET, as systemd has it. sd_notify(3).</summary>
internal sealed class ServiceManager : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    /// <param name="path">With a '@' in front: in the abstract namespace.</param>
    internal ServiceManager(string path)
    {
        Path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path));
    }

    internal string Path { get; }

    /// <summary>The next message. What it brings with it is closed: a barrier is passed.</summary>
    internal string Receive()
    {
        if (!_socket.Poll(Host.Timeout, SelectMode.SelectRead))
        {
            throw new TimeoutException($"nobody wrote to {Path}");
        }

        DescriptorSocket.Message message = DescriptorSocket.Receive((int)_socket.Handle);
        message.Descriptors.ForEach(descriptor => descriptor.Dispose());
        return Encoding.UTF8.GetString(message.Payload) + (message.Descriptors.Count > 0 ? "+fd" : "");
    }

    internal bool HasMessage() => _socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    public void Dispose()
    {
        _socket.Dispose();
        if (Path[0] != '@')
        {
            File.Delete(Path);
        }
    }
}
