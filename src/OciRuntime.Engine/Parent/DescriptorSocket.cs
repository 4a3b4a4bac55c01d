// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>--console-socket and --pidfd-socket: a caller's listening socket that takes one descriptor in one message.</summary>
internal static class DescriptorSocket
{
    /// <summary>Connects now, so that a wrong path is known before anything is made.</summary>
    public static OwnedFd Connect(string path, string option)
    {
        if (!KernelString.TryCreate(path, out KernelString name))
        {
            throw new ContainerException($"--{option}: the path has a NUL byte");
        }

        Errno errno = Sockets.TryConnect(name.Span, stream: true, wait: true, out OwnedFd? socket);
        return socket ?? throw new ContainerException($"connecting to the socket of --{option}: connect {path}: {ErrnoText.Of(errno)}");
    }

    /// <summary>Sends one descriptor, with a name that says what it is: clients want a payload.</summary>
    public static void Send(Fd socket, Fd descriptor, ReadOnlySpan<byte> name, string option)
    {
        Errno errno = Sockets.TrySend(socket, name, descriptor);
        if (errno != 0)
        {
            throw new ContainerException($"sending the descriptor to the socket of --{option}: sendmsg: {ErrnoText.Of(errno)}");
        }
    }
}
