// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Hooks;

/// <summary>A program that is started beside the container: a hook, ps.</summary>
/// <remarks>In the parent, its other threads are at rest: <see cref="Parent.OtherThreads"/>.</remarks>
internal static class HostProgram
{
    /// <param name="places">Where it may be: the first one that can be executed is.</param>
    /// <param name="output">Gets its standard output and its standard error.</param>
    /// <param name="prepare">The last thing that the new process does before it executes the program.</param>
    /// <param name="problem">Empty, or why it does not run: then it has ended.</param>
    public static OwnedFd Start(
        ImmutableArray<KernelString> places, ArgumentBlock argv, ArgumentBlock envp, Fd input, Fd output, out string problem, Action? prepare = null)
    {
        (OwnedFd mine, OwnedFd theirs) = Sockets.MakePair();
        using SyncChannel channel = new(mine);
        ulong mask = Signals.SetMask(Signals.AllButFaults);
        OwnedFd? pidFd;
        try
        {
            if (Processes.Clone(CloneFlags.None, null, out pidFd) == 0)
            {
                Become(places, argv, envp, input, output, prepare, new SyncChannel(theirs));
            }
        }
        finally
        {
            _ = Signals.SetMask(mask);
            theirs.Dispose();
        }

        problem = channel.Receive(out string text, out _) == SyncMessage.Failure ? text : "";
        return pidFd!;
    }

    // Child only.
    private static void Become(ImmutableArray<KernelString> places, ArgumentBlock argv, ArgumentBlock envp, Fd input, Fd output, Action? prepare, SyncChannel channel)
    {
        try
        {
            // It belongs to the command that waits for it: killed with it, nothing is left behind.
            Processes.Control(ProcessControl.PR_SET_PDEATHSIG, (nint)Signum.SIGKILL);
            Files.DuplicateInheritable(input, Fd.StandardInput);
            Files.DuplicateInheritable(output, Fd.StandardOutput);
            Files.DuplicateInheritable(output, Fd.StandardError);
            Files.CloseOnExecFrom(3);
            Signals.ResetDispositions();
            _ = Signals.SetMask(0);
            prepare?.Invoke();
            Errno errno = Errno.ENOENT;
            KernelString last = default;
            foreach (KernelString place in places)
            {
                errno = Processes.Execute(place.Span, argv, envp);
                last = place;
            }

            channel.TrySend(SyncMessage.Failure, $"could not be started: exec {last}: {ErrnoText.Of(errno)}");
        }
        catch (Exception e) when (e is LinuxException or ContainerException)
        {
            channel.TrySend(SyncMessage.Failure, $"could not be started: {e.Message}");
        }

        Processes.Exit(1);
    }
}
