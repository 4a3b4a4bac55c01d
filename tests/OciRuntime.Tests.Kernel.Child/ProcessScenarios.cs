// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.IO;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

internal static class ProcessScenarios
{
    /// <summary>A child from clone to its reaping.</summary>
    public static void Run(Report report)
    {
        (OwnedFd mine, OwnedFd theirs) = Sockets.MakePair();
        int pid = Cloned.Start(CloneFlags.CLONE_NEWPID | CloneFlags.CLONE_NEWUTS, null, out OwnedFd pidFd, () =>
        {
            Namespaces.SetHostname("inside"u8);
            _ = Sockets.TrySend(theirs.Borrow, Encoding.UTF8.GetBytes($"{Processes.Id} {Environment.MachineName}"));

            // Until the parent has looked.
            mine.Dispose();
            _ = Sockets.TryReceive(theirs.Borrow, new byte[8], out _, out _);
            Processes.Exit(7);
        });
        theirs.Dispose();
        byte[] words = new byte[64];
        _ = Sockets.TryReceive(mine.Borrow, words, out int count, out _);
        report.Say("child says", Encoding.UTF8.GetString(words.AsSpan(0, count)));
        report.Say("alive: signal 0", Processes.TrySignal(pidFd.Borrow, 0));
        report.Say("alive: signal 0 by pid", Processes.TrySignal(pid, 0));
        report.Say("alive: peek", Processes.TryPeek(pidFd.Borrow, out _));
        report.Say("alive: peek one", Processes.PeekOne().Pid);
        report.Say("alive: reap one", Processes.ReapOne(pid).Pid);
        report.Say("alive: poll", Processes.Poll([new PollEntry { Descriptor = pidFd.Borrow.Number, Events = PollEntry.POLLIN }], 1));
        mine.Dispose();
        report.Say("dead: poll", Processes.Poll([new PollEntry { Descriptor = pidFd.Borrow.Number, Events = PollEntry.POLLIN }]));
        report.Say("dead: peek", Processes.TryPeek(pidFd.Borrow, out WaitInfo peeked) && peeked.Pid == pid && peeked.Status == 7);
        report.Say("dead: peek one", Processes.PeekOne().Pid == pid);
        WaitInfo info = Processes.Wait(pidFd.Borrow);
        report.Say("dead: wait", $"signal {info.Signal} code {info.Code} status {info.Status} pid {(info.Pid == pid ? "same" : "other")}");
        report.Say("reaped: signal 0", Processes.TrySignal(pidFd.Borrow, 0));
        report.Say("reaped: open", Processes.TryOpen(pid, out _));
        report.Say("reaped: peek one", Processes.PeekOne().Pid);
        report.SayOutcome("reaped: wait", () => Processes.Wait(pidFd.Borrow));
        pidFd.Dispose();
        RunReapOne(report);
        report.SayOutcome("clone into no cgroup", () => Processes.Clone(CloneFlags.None, new Fd(987654), out _));
        report.SayOutcome("clone with contradicting flags", () => Processes.Clone(CloneFlags.CLONE_NEWNS | (CloneFlags)0x200 /* CLONE_FS */, null, out _));
    }

    /// <summary><c>into-cgroup FOLDER</c>: born in a version 2 folder.</summary>
    public static void RunIntoCgroup(string folder, Report report)
    {
        using OwnedFd cgroup = Files.Open(Fd.CurrentDirectory, KernelString.Of(folder).Span, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        using OwnedFd output = Files.MakeMemoryFile("output\0"u8);
        Cloned.Start(CloneFlags.None, cgroup.Borrow, out OwnedFd pidFd, () =>
        {
            foreach (string line in Report.Lines("/proc/self/cgroup"))
            {
                if (line.StartsWith("0::", StringComparison.Ordinal))
                {
                    Files.Write(output.Borrow, Encoding.UTF8.GetBytes(line));
                }
            }
        });
        _ = Processes.Wait(pidFd.Borrow);
        pidFd.Dispose();
        report.Say("group", Report.TextOf(output.Borrow));
    }

    public static void RunExecute(Report report)
    {
        using OwnedFd output = Files.MakeMemoryFile("output\0"u8);
        ArgumentBlock argv = Block("sh", "-c", "printf '%s|%s|%s|%s' \"$0\" \"$#\" \"$ONE\" \"$TWO\"", "nought", "");
        ArgumentBlock envp = new([KernelString.Of("ONE=first")], spareSize: 16);
        report.Say("append", envp.TryAppend("TWO=second\0"u8));
        report.Say("append too much", Block().TryAppend("X\0"u8));
        Cloned.Start(CloneFlags.None, null, out OwnedFd pidFd, () =>
        {
            Files.DuplicateInheritable(output.Borrow, Fd.StandardOutput);
            Files.CloseOnExecFrom(3);
            _ = Processes.Execute("/bin/sh\0"u8, argv, envp);
        });
        WaitInfo info = Processes.Wait(pidFd.Borrow);
        pidFd.Dispose();
        report.Say("status", info.Status);
        report.Say("output", Report.TextOf(output.Borrow));
        report.Say("missing program", Processes.Execute("/no/such/program\0"u8, argv, envp));
        report.Say("folder", Processes.Execute("/usr\0"u8, argv, envp));
    }

    /// <summary>What a process changes of itself.</summary>
    public static void RunEnvironment(Report report)
    {
        Span<byte> buffer = stackalloc byte[4096];
        report.Say("change directory", Processes.TryChangeDirectory("/usr/lib\0"u8));
        report.Say("current directory", Encoding.UTF8.GetString(Processes.CurrentDirectory(buffer)));
        report.Say("change to nowhere", Processes.TryChangeDirectory("/no/such/folder\0"u8));
        using (OwnedFd usr = Files.Open(Fd.CurrentDirectory, "/usr\0"u8, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY))
        {
            Processes.ChangeDirectory(usr.Borrow);
        }

        report.Say("current directory by descriptor", Encoding.UTF8.GetString(Processes.CurrentDirectory(buffer)));
        report.SayOutcome("change to a closed descriptor", () => Processes.ChangeDirectory(new Fd(987654)));
        report.SayOutcome("current directory in too little room", () => Processes.CurrentDirectory(new byte[2]));
        _ = Processes.SetFileModeMask(0x1F /* 0037 */);
        report.Say("mask", Processes.SetFileModeMask(0x12 /* 0022 */));
        report.Say("limit", Processes.TrySetLimit(0, Rlimit.NumberOf("RLIMIT_CORE"), 4096, 8192));
        report.Say("limits", string.Join(' ', Array.Find(File.ReadAllLines("/proc/self/limits"), line => line.StartsWith("Max core", StringComparison.Ordinal))!
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        report.Say("limit: soft above hard", Processes.TrySetLimit(0, Rlimit.NumberOf("RLIMIT_CORE"), 2, 1));
        report.Say("limit: no process", Processes.TrySetLimit(0x3FFFFFFF, 0, 1, 1));
        Processes.Control(ProcessControl.PR_SET_NO_NEW_PRIVS, 1);
        report.Say("no new privileges", Report.Status("NoNewPrivs"));
        report.Say("try control", Processes.TryControl(ProcessControl.PR_SET_PDEATHSIG, 4711));
        report.SayOutcome("control", () => Processes.Control((ProcessControl)987654));
        using OwnedFd output = Files.MakeMemoryFile("output\0"u8);
        Cloned.Start(CloneFlags.None, null, out OwnedFd pidFd, () =>
        {
            Processes.StartSession();
            try
            {
                Processes.StartSession();
            }
            catch (LinuxException e)
            {
                Files.Write(output.Borrow, Encoding.UTF8.GetBytes(e.Message));
            }
        });
        _ = Processes.Wait(pidFd.Borrow);
        pidFd.Dispose();
        report.Say("second session", Report.TextOf(output.Borrow));
        long clock = Processes.MonotonicNanoseconds();
        report.Say("time over", Processes.Poll([], 2));
        report.Say("time passed", Processes.MonotonicNanoseconds() - clock >= 2_000_000);
        report.Say("this century", DateTimeOffset.UnixEpoch.AddTicks(Processes.RealTimeNanoseconds() / 100).Year is > 2000 and < 2100);
    }

    private static void RunReapOne(Report report)
    {
        int pid = Cloned.Start(CloneFlags.None, null, out OwnedFd pidFd, () => Processes.Exit(3));
        using (pidFd)
        {
            Processes.Poll([new PollEntry { Descriptor = pidFd.Borrow.Number, Events = PollEntry.POLLIN }]);
            WaitInfo info = Processes.ReapOne(pid);
            report.Say("reap one", $"code {info.Code} status {info.Status}");
        }
    }

    private static ArgumentBlock Block(params ReadOnlySpan<string> strings)
    {
        ImmutableArray<KernelString>.Builder block = ImmutableArray.CreateBuilder<KernelString>();
        foreach (string text in strings)
        {
            block.Add(KernelString.Of(text));
        }

        return new ArgumentBlock(block.ToImmutable());
    }
}
