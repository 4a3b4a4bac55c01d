// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>The child that becomes a program of the container.</summary>
internal sealed class ChildProcess : IDisposable
{
    private OwnedFd _pidFd;

    private ChildProcess(int pid, OwnedFd pidFd) => (Pid, _pidFd) = (pid, pidFd);

    /// <summary>In the parent's PID namespace.</summary>
    public int Pid { get; private set; }

    public Fd PidFd => _pidFd.Borrow;

    /// <summary>clone3(2) once the runtime's other thread is at rest; signals are blocked in the child, as it must find them.</summary>
    /// <param name="body">What the child does; it never returns.</param>
    public static ChildProcess Clone<TContext>(CloneFlags flags, Fd? cgroup, TContext context, Action<TContext> body)
        where TContext : class
    {
        if (Credentials.EffectiveUserId == 0)
        {
            // ptrace(2): the child, a copy of the runtime, may be born among processes of a container; it is never to be looked into. Of another
            // user's child the files in /proc would be root's: it does so itself, as soon as its maps are written.
            Processes.Control(ProcessControl.PR_SET_DUMPABLE, 0);
        }

        OtherThreads.AwaitParked();
        ulong mask = Signals.SetMask(Signals.AllButFaults);
        try
        {
            int pid = Processes.Clone(flags, cgroup, out OwnedFd? pidFd);
            if (pid == 0)
            {
                body(context);
            }

            return new ChildProcess(pid, pidFd!);
        }
        finally
        {
            _ = Signals.SetMask(mask);
        }
    }

    /// <summary>After <see cref="Child.MiddleProcess"/>: the process in between is reaped, its sibling takes its place.</summary>
    /// <exception cref="ContainerException">It failed, or ended without one.</exception>
    public void AwaitSibling(SyncChannel channel)
    {
        // The sibling would hold the channel open if the middle process were killed right after its clone.
        Span<PollEntry> entries =
        [
            new PollEntry { Descriptor = channel.Socket.Number, Events = PollEntry.POLLIN },
            new PollEntry { Descriptor = PidFd.Number, Events = PollEntry.POLLIN },
        ];
        Processes.Poll(entries);
        SyncMessage message = SyncMessage.End;
        string text = "";
        OwnedFd? sibling = null;
        if (entries[0].Returned != 0)
        {
            message = channel.Receive(out text, out sibling);
        }

        if (message != SyncMessage.Sibling)
        {
            throw new ContainerException(message == SyncMessage.Failure ? text : $"the process that joins the namespaces {StartExchange.Ending(PidFd)}");
        }

        _ = Processes.Wait(PidFd);
        _pidFd.Dispose();
        (Pid, _pidFd) = (ProcessIdentity.PidOf(sibling!.Borrow), sibling);
    }

    public void Kill()
    {
        _ = Processes.TrySignal(PidFd, (int)Signum.SIGKILL);
        _ = Processes.Wait(PidFd);
    }

    public void Dispose() => _pidFd.Dispose();
}
