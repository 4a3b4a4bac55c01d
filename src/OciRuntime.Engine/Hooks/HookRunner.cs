// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Child;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Hooks;

/// <summary>Runs hooks, in the parent or in the child: whoever calls, in its own namespaces. config.md, "POSIX-platform Hooks".</summary>
internal static class HookRunner
{
    /// <remarks>In the parent, its other threads are at rest: <see cref="Parent.OtherThreads"/>.</remarks>
    /// <exception cref="ContainerException">The first hook that failed: which, how, for how long, and what it said.</exception>
    public static void RunAll(ImmutableArray<HookPlan> hooks, HookMoment moment)
    {
        if (hooks.IsEmpty)
        {
            return;
        }

        byte[] state = moment.State();
        for (int i = 0; i < hooks.Length; i++)
        {
            Run(hooks, i, moment, state);
        }
    }

    /// <summary>Runs one of the list.</summary>
    public static void Run(ImmutableArray<HookPlan> hooks, int index, HookMoment moment, byte[] state) =>
        Run(hooks[index], $"error running {moment.Kind} hook #{index}: ", state, moment);

    /// <summary>Any other program that the runtime needs, in the same way.</summary>
    /// <param name="input">What it reads from its standard input.</param>
    public static void RunOne(HookPlan program, byte[] input) => Run(program, "running ", input, null);

    private static void Run(HookPlan hook, string doing, byte[] state, HookMoment? moment)
    {
        long start = Processes.MonotonicNanoseconds();
        ArgumentBlock argv = new(hook.Args);
        ArgumentBlock envp = hook.Env is { } env ? new ArgumentBlock(env) : moment?.Environment ?? new ArgumentBlock([]);
        using OwnedFd input = Files.MakeMemoryFile("hook-state\0"u8);
        Files.Write(input.Borrow, state);
        Files.Rewind(input.Borrow);
        (OwnedFd source, OwnedFd output) = Files.MakePipe();
        using HookOutput said = new(source);
        OwnedFd pidFd = HostProgram.Start(
            [hook.Path], argv, envp, input.Borrow, output.Borrow, out string problem, moment is null ? null : () => Prepare(moment));

        // Its end is what the pipe's reader waits for: the hook, and what it left running, must be the only writers.
        output.Dispose();
        using (pidFd)
        {
            string ending = problem.Length > 0 ? Reaped(pidFd.Borrow, problem) : Await(pidFd.Borrow, said, hook.TimeoutSeconds);
            if (ending.Length > 0)
            {
                long milliseconds = (Processes.MonotonicNanoseconds() - start) / 1_000_000;
                string tail = said.Tail();
                throw new ContainerException(
                    $"{doing}{Words(hook)} ({hook.Origin}): after {milliseconds} ms it {ending}{(tail.Length > 0 ? $"; it said: {tail}" : "")}");
            }
        }
    }

    // Child only.
    private static void Prepare(HookMoment moment)
    {
        if (moment.Folder is { } folder && Processes.TryChangeDirectory(KernelString.Of(folder).Span) is var refusal and not 0)
        {
            throw new LinuxException("chdir", refusal, folder);
        }

        if (moment.Process is not { } process)
        {
            return;
        }

        // In the order of ProgramStage, for its reasons.
        if (moment.Filter is { } early && !process.NoNewPrivileges)
        {
            SeccompStage.LoadWithoutListener(early);
        }

        CredentialStage.Run(process);
        _ = ExecStage.ChangeDirectory(process);
        if (moment.Filter is { } late && process.NoNewPrivileges)
        {
            SeccompStage.LoadWithoutListener(late);
        }
    }

    private static string Reaped(Fd pidFd, string ending)
    {
        _ = Processes.Wait(pidFd);
        return ending;
    }

    /// <returns>How it failed; empty if it did not.</returns>
    private static string Await(Fd pidFd, HookOutput said, int timeoutSeconds)
    {
        const int CLD_EXITED = 1;
        bool late = !AwaitEnd(pidFd, said, timeoutSeconds);
        if (late)
        {
            _ = Processes.TrySignal(pidFd, (int)Signum.SIGKILL);
        }

        WaitInfo info = Processes.Wait(pidFd);
        if (late)
        {
            return $"was killed: its timeout is {timeoutSeconds} s";
        }

        if (info.Code != CLD_EXITED)
        {
            string hint = info.Status == (int)Signum.SIGSYS ? " (bad system call)" : "";
            return $"was killed by signal {info.Status}{hint}";
        }

        return info.Status == 0 ? "" : $"exited with status {info.Status}";
    }

    // Its end is that of the process: what it left behind may hold its output open for ever.
    private static bool AwaitEnd(Fd pidFd, HookOutput said, int timeoutSeconds)
    {
        long end = Processes.MonotonicNanoseconds() + (timeoutSeconds * 1_000_000_000L);
        Span<PollEntry> entries = stackalloc PollEntry[2];
        while (true)
        {
            entries[0] = new PollEntry { Descriptor = pidFd.Number, Events = PollEntry.POLLIN };
            entries[1] = said.Entry;
            long left = timeoutSeconds == 0 ? -1 : Math.Max(0, (end - Processes.MonotonicNanoseconds() + 999_999) / 1_000_000);
            if (Processes.Poll(entries, left) == 0)
            {
                return false;
            }

            if (entries[0].Returned != 0)
            {
                return true;
            }

            _ = said.Take();
        }
    }

    // A long argv must not push the reason out of the message.
    private static string Words(HookPlan hook)
    {
        const int MaximumWords = 1024;
        StringBuilder words = new();
        words.Append(hook.Path).Append(" [");
        for (int i = 0; i < hook.Args.Length; i++)
        {
            words.Append(i == 0 ? "" : " ").Append(hook.Args[i]);
        }

        if (words.Length > MaximumWords)
        {
            words.Length = MaximumWords;
            words.Append("...");
        }

        return words.Append(']').ToString();
    }
}
