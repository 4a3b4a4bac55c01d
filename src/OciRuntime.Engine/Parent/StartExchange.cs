// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>From "go" to a running program: the child says that it executes, and its end of the channel closes with execve.</summary>
internal static class StartExchange
{
    /// <param name="doing">For errors: <c>starting the container</c>.</param>
    /// <param name="deliver">Does something with <see cref="SyncMessage.SeccompListener"/>: its text, its descriptor.</param>
    /// <param name="cgroup">Where it may have run out of memory; null: somebody else asks that.</param>
    /// <exception cref="ContainerException">The program does not run; exec's own reason.</exception>
    public static void Await(
        SyncChannel channel, Fd pidFd, string doing, Action<string, OwnedFd?>? deliver, ContainerCgroup? cgroup = null)
    {
        bool executing = false;
        while (true)
        {
            SyncMessage message = channel.Receive(out string text, out OwnedFd? descriptor);
            if (message == SyncMessage.SeccompListener && deliver is not null)
            {
                Deliver(pidFd, doing, deliver, text, descriptor);
                continue;
            }

            descriptor?.Dispose();
            switch (message)
            {
                case SyncMessage.Executing:
                    executing = true;
                    break;
                case SyncMessage.Failure:
                    // Its last words: who asks for the state next finds it ended.
                    AwaitEnd(pidFd);
                    throw new ContainerException($"{doing}: {text}");
                case SyncMessage.End when executing && !HasDiedBefore(pidFd):
                    return;
                default:
                    throw new ContainerException($"{doing}: its process {Ending(pidFd)} before the program ran{(cgroup is { } own ? OomKills.Reason(own, before: 0) : "")}");
            }
        }
    }

    // execve(2) copies argv and envp before it replaces the process: that may take more memory than there is.
    private static bool HasDiedBefore(Fd pidFd)
    {
        Span<PollEntry> entry = [new PollEntry { Descriptor = pidFd.Number, Events = PollEntry.POLLIN }];
        return Processes.Poll(entry, 0) != 0 && !ProcessIdentity.HasExecuted(ProcessIdentity.PidOf(pidFd));
    }

    // Whose calls nobody decides on must not go on.
    private static void Deliver(Fd pidFd, string doing, Action<string, OwnedFd?> deliver, string text, OwnedFd? descriptor)
    {
        try
        {
            deliver(text, descriptor);
        }
        catch (Exception e) when (e is ContainerException or LinuxException)
        {
            _ = Processes.TrySignal(pidFd, (int)Signum.SIGKILL);
            AwaitEnd(pidFd);
            throw new ContainerException($"{doing}: {e.Message}");
        }
    }

    /// <summary>How a process that is about to end, or has ended, ended; a child of ours is not reaped.</summary>
    public static string Ending(Fd pidFd)
    {
        const int CLD_EXITED = 1;
        AwaitEnd(pidFd);
        if (!Processes.TryPeek(pidFd, out WaitInfo info))
        {
            return "ended";
        }

        return info.Code == CLD_EXITED ? $"exited with status {info.Status}" : $"was killed by signal {info.Status}";
    }

    private static void AwaitEnd(Fd pidFd)
    {
        Span<PollEntry> entry = [new PollEntry { Descriptor = pidFd.Number, Events = PollEntry.POLLIN }];
        Processes.Poll(entry);
    }
}
