// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>--console-socket and --pidfd-socket: a caller's listening socket that takes one descriptor in one message.</summary>
internal static class DescriptorSocket
{
    /// <summary>Connects now, so that a wrong path is known before anything is made.</summary>
    public static OwnedFd Connect(string path, string option)
    {
        Errno errno = TryConnect(path, out OwnedFd? socket);
        return socket ?? throw new ContainerException($"connecting to the socket of --{option}: connect {path}: {ErrnoText.Of(errno)}");
    }

    /// <summary>Connects to a stream socket at a path of any length.</summary>
    public static Errno TryConnect(string path, out OwnedFd? socket)
    {
        // By way of the folder's descriptor: a socket address has room for 107 bytes only, and clients nest deeper.
        int slash = path.LastIndexOf('/');
        KernelString folderName = slash < 0 ? KernelString.Of(".") : KernelString.Of(path.AsSpan(0, slash + 1));
        Errno errno = Files.TryOpen(Fd.CurrentDirectory, folderName.Span, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0, out OwnedFd? folder);
        socket = null;
        using (folder)
        {
            if (folder is not null)
            {
                KernelString name = KernelString.Of($"/proc/self/fd/{folder.Borrow.Number}/{path.AsSpan(slash + 1)}");
                errno = Sockets.TryConnect(name.Span, stream: true, wait: true, out socket);
            }
        }

        return errno;
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
