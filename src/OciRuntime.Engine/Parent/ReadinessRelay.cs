// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.State;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>Between a container that says when it is ready and a service manager that waits for that. sd_notify(3).</summary>
internal sealed class ReadinessRelay : IDisposable
{
    // sd_notify(3), "Notes" of sd_notify_barrier: who does not know it never answers.
    private const long BarrierMilliseconds = 30_000;

    private readonly OwnedFd _socket;
    private readonly string _manager;

    private ReadinessRelay(OwnedFd socket, string manager) => (_socket, _manager) = (socket, manager);

    /// <summary>Whether the container has said it; what it says after that is dropped.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Why the service manager does not know of it; empty if all went well.</summary>
    public string Trouble { get; private set; } = "";

    public PollEntry Entry => new() { Descriptor = _socket.Borrow.Number, Events = PollEntry.POLLIN };

    /// <param name="manager">The service manager's socket; null: nobody waits.</param>
    /// <returns>Null where nobody waits, or create did not know of it: then the container has no such socket.</returns>
    public static ReadinessRelay? Open(ContainerFolder folder, string? manager) =>
        manager is not null && folder.TryListenForReadiness() is { } socket ? new ReadinessRelay(socket, manager) : null;

    /// <summary>Waits until the container is ready, or has ended; before ocirun leaves, the service manager has heard of it.</summary>
    /// <returns>What went wrong: a warning, for the container runs; empty if nothing did.</returns>
    public string Await(Fd pidFd, int pid)
    {
        Span<PollEntry> entries = stackalloc PollEntry[2];
        while (!IsDone)
        {
            entries[0] = Entry;
            entries[1] = new PollEntry { Descriptor = pidFd.Number, Events = PollEntry.POLLIN };
            Processes.Poll(entries);
            if (entries[0].Returned != 0)
            {
                Take(pid, staysOn: false);
            }
            else if (entries[1].Returned != 0)
            {
                break;
            }
        }

        return Trouble;
    }

    /// <summary>Takes one message of the container.</summary>
    /// <param name="mainPid">The process that the service manager is to watch from now on.</param>
    /// <param name="staysOn">Whether ocirun goes on to live: a message of a process that has gone may be lost on the service manager.</param>
    public void Take(int mainPid, bool staysOn)
    {
        Span<byte> buffer = stackalloc byte[4096];
        Errno errno = Sockets.TryReceive(_socket.Borrow, buffer, out int count, out OwnedFd? barrier);

        // sd_notify_barrier(3): that it is closed tells the sender that all it said before has been read.
        barrier?.Dispose();
        ReadOnlySpan<byte> ready = errno == 0 && !IsDone ? ReadyLine(buffer[..count]) : default;
        if (ready.IsEmpty)
        {
            return;
        }

        IsDone = true;
        errno = Sockets.TryConnectDatagrams(AddressOf(_manager), out OwnedFd? manager);
        using (manager)
        {
            errno = manager is null ? errno : Tell(manager.Borrow, ready, mainPid, staysOn);
        }

        Trouble = errno == 0 ? "" : $"(warning: telling NOTIFY_SOCKET {_manager} that the container is ready: {ErrnoText.Of(errno)})";
    }

    public void Dispose() => _socket.Dispose();

    // unix(7): the address of an abstract socket starts with a zero and ends where it ends.
    private static ReadOnlySpan<byte> AddressOf(string path)
    {
        KernelString name = KernelString.Of(path);
        if (path[0] != '@')
        {
            return name.Span;
        }

        byte[] address = name.Text.ToArray();
        address[0] = 0;
        return address;
    }

    private static ReadOnlySpan<byte> ReadyLine(ReadOnlySpan<byte> message)
    {
        foreach (Range line in message.Split((byte)'\n'))
        {
            if (message[line].StartsWith("READY="u8))
            {
                return message[line];
            }
        }

        return default;
    }

    private static Errno Tell(Fd manager, ReadOnlySpan<byte> ready, int mainPid, bool staysOn)
    {
        Errno errno = Sockets.TrySend(manager, [.. ready, (byte)'\n']);
        errno = errno != 0 ? errno : Sockets.TrySend(manager, KernelString.Of($"MAINPID={mainPid}\n").Text);
        if (errno != 0 || staysOn)
        {
            return errno;
        }

        (OwnedFd source, OwnedFd target) = Files.MakePipe();
        using (source)
        {
            using (target)
            {
                errno = Sockets.TrySend(manager, "BARRIER=1"u8, target.Borrow);
            }

            Span<PollEntry> entry = [new PollEntry { Descriptor = source.Borrow.Number, Events = PollEntry.POLLIN }];
            return errno != 0 || Processes.Poll(entry, BarrierMilliseconds) != 0 ? errno : Errno.ETIMEDOUT;
        }
    }
}
