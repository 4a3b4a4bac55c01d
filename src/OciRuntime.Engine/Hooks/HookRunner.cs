// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Hooks;

/// <summary>Runs hooks, in the parent or in the child: whoever calls, in its own namespaces. config.md, "POSIX-platform Hooks".</summary>
internal static class HookRunner
{
    /// <remarks>In the parent, its other threads are at rest: <see cref="Parent.OtherThreads"/>.</remarks>
    /// <param name="kind">The property of config.json: <c>createRuntime</c>.</param>
    /// <param name="pid">The container's first process, in the PID namespace of the hooks.</param>
    /// <param name="environment">What a hook without <c>env</c> gets; null: nothing.</param>
    /// <exception cref="ContainerException">The first hook that failed: which, how, for how long, and what it said.</exception>
    public static void RunAll(
        ImmutableArray<HookPlan> hooks, string kind, ContainerRecord record, ContainerStatus status, int pid, ImmutableArray<KernelString>? environment)
    {
        if (hooks.IsEmpty)
        {
            return;
        }

        byte[] state = StateJson.ForHook(record, status, pid);
        foreach (HookPlan hook in hooks)
        {
            Run(hook, $"{kind} hook ", state, environment ?? []);
        }
    }

    /// <summary>Any other program that the runtime needs, in the same way.</summary>
    /// <param name="input">What it reads from its standard input.</param>
    public static void RunOne(HookPlan program, byte[] input) => Run(program, "", input, []);

    private static void Run(HookPlan hook, string kind, byte[] state, ImmutableArray<KernelString> environment)
    {
        long start = Processes.MonotonicNanoseconds();
        ArgumentBlock argv = new(hook.Args);
        ArgumentBlock envp = new(hook.Env ?? environment);
        using OwnedFd input = Files.MakeMemoryFile("hook-state\0"u8);
        using OwnedFd output = Files.MakeMemoryFile("hook-output\0"u8);
        Files.Write(input.Borrow, state);
        Files.Rewind(input.Borrow);
        OwnedFd pidFd = HostProgram.Start([hook.Path], argv, envp, input.Borrow, output.Borrow, out string problem);
        using (pidFd)
        {
            string ending = problem.Length > 0 ? Reaped(pidFd.Borrow, problem) : Await(pidFd.Borrow, hook.TimeoutSeconds);
            if (ending.Length > 0)
            {
                long milliseconds = (Processes.MonotonicNanoseconds() - start) / 1_000_000;
                string said = Tail(output.Borrow);
                throw new ContainerException(
                    $"running {kind}{Words(hook)} ({hook.Origin}): after {milliseconds} ms it {ending}{(said.Length > 0 ? $"; it said: {said}" : "")}");
            }
        }
    }

    private static string Reaped(Fd pidFd, string ending)
    {
        _ = Processes.Wait(pidFd);
        return ending;
    }

    /// <returns>How it failed; empty if it did not.</returns>
    private static string Await(Fd pidFd, int timeoutSeconds)
    {
        const int CLD_EXITED = 1;
        Span<PollEntry> entry = [new PollEntry { Descriptor = pidFd.Number, Events = PollEntry.POLLIN }];
        bool late = Processes.Poll(entry, timeoutSeconds == 0 ? -1 : timeoutSeconds * 1000L) == 0;
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
            return $"was killed by signal {info.Status}";
        }

        return info.Status == 0 ? "" : $"exited with status {info.Status}";
    }

    // The last of what it wrote, on one line: clients show one line.
    private static string Tail(Fd output)
    {
        const int MaximumTail = 2048;
        Span<byte> buffer = stackalloc byte[MaximumTail];
        long size = (long)Files.Status(output).Size;
        Errno errno = Files.TryReadAt(output, buffer, Math.Max(0, size - MaximumTail), out int count);
        return errno == 0 ? Encoding.UTF8.GetString(buffer[..count]).Trim().ReplaceLineEndings(" | ") : "";
    }

    private static string Words(HookPlan hook)
    {
        StringBuilder words = new();
        words.Append(hook.Path).Append(" [");
        for (int i = 0; i < hook.Args.Length; i++)
        {
            words.Append(i == 0 ? "" : " ").Append(hook.Args[i]);
        }

        return words.Append(']').ToString();
    }
}
