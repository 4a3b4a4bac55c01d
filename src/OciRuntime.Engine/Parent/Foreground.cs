// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>run in the foreground: forwards signals, reaps, carries the terminal, until the container's first process ends.</summary>
internal static class Foreground
{
    /// <returns>How the first process ended; it has been reaped.</returns>
    public static WaitInfo Attend(Fd pidFd, int pid, TerminalRelay? relay, ReadinessRelay? readiness = null)
    {
        using OwnedFd signals = Signals.OpenDescriptor(Signals.AllButFaults);
        Span<PollEntry> entries = stackalloc PollEntry[3 + TerminalRelay.EntryCount];
        while (true)
        {
            entries[0] = new PollEntry { Descriptor = pidFd.Number, Events = PollEntry.POLLIN };
            entries[1] = new PollEntry { Descriptor = signals.Borrow.Number, Events = PollEntry.POLLIN };
            entries[2] = readiness?.Entry ?? new PollEntry { Descriptor = -1 };
            int count = 3 + (relay?.Fill(entries[3..]) ?? 0);
            Processes.Poll(entries[..count]);
            if (entries[2].Returned != 0)
            {
                // Who waits has started us: we are its main process, and end with the container's.
                readiness!.Take(Processes.Id, staysOn: true);
            }

            if (entries[0].Returned != 0)
            {
                WaitInfo ending = Processes.Wait(pidFd);
                relay?.Drain();
                ReapOrphans();
                return ending;
            }

            if (entries[1].Returned != 0)
            {
                ForwardSignals(signals.Borrow, pidFd, pid, relay);
            }

            relay?.Carry(entries[3..count]);
        }
    }

    /// <summary>As a shell has it: 128 + n if signal n killed it.</summary>
    public static int StatusOf(WaitInfo ending)
    {
        const int CLD_EXITED = 1;
        return ending.Code == CLD_EXITED ? ending.Status : 128 + ending.Status;
    }

    private static void ForwardSignals(Fd signals, Fd pidFd, int pid, TerminalRelay? relay)
    {
        while (Signals.TryReadDescriptor(signals, out SignalInfo info))
        {
            switch ((Signum)info.Signal)
            {
                case Signum.SIGCHLD:
                    ReapOrphans(pid);
                    break;
                case Signum.SIGWINCH when relay is not null:
                    relay.Resize();
                    break;
                default:
                    // ESRCH: it has just ended; the next round of the loop sees it.
                    _ = Processes.TrySignal(pidFd, (int)info.Signal);
                    break;
            }
        }
    }

    // Orphans of the container, which come to us as the subreaper. The first process itself is waited for by its pidfd.
    private static void ReapOrphans(int except = 0)
    {
        while (Processes.PeekOne() is { Pid: > 0 } ended && ended.Pid != except)
        {
            _ = Processes.ReapOne(ended.Pid);
        }
    }
}
