// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;

namespace OciRuntime.Guest;

/// <summary>What the guest does, rather than reports.</summary>
internal static class Acts
{
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigStop = 19;
    private const int LastClassicSignal = 31;
    private const int PageSize = 4096;
    private static readonly System.Threading.Lock s_output = new();

    internal static int SignalSelf(int signal)
    {
        // SIG_DFL: the .NET runtime has handlers of its own for some.
        _ = Native.Signal(signal, 0);
        _ = Native.Kill(Environment.ProcessId, signal);
        Thread.Sleep(Timeout.Infinite);
        return 1;
    }

    /// <summary>Says "ready", then the number of each signal that comes, and the size of its terminal; ends with status 0 at SIGTERM.</summary>
    internal static int SleepUntilTerminated()
    {
        using ManualResetEventSlim terminated = new();
        List<PosixSignalRegistration> handlers = [];
        for (int signal = 1; signal <= LastClassicSignal; signal++)
        {
            // Faults belong to the runtime. SIGCHLD comes unasked, and so does SIGURG from peers in Go, which forward their own.
            if (signal is SigKill or SigStop or 4 or 5 or 7 or 8 or 11 or 17 or 23)
            {
                continue;
            }

            handlers.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
            {
                context.Cancel = true;
                // A raw number comes back as it went in, or as the name that .NET has for it (negative).
                string size = Native.WindowSize(0, Native.GetWindowSize, out Native.WinSize window) == 0 ? $" size {window.Rows} {window.Columns}" : string.Empty;
                Say($"signal {NumberOf(context.Signal)}{size}");
                if (NumberOf(context.Signal) == SigTerm)
                {
                    terminated.Set();
                }
            }));
        }

        Say("ready");
        terminated.Wait();
        return 0;
    }

    /// <summary>Touches that much memory, says so, and waits to be killed or for the end of its input.</summary>
    internal static unsafe int Allocate(long bytes)
    {
        byte* memory = (byte*)NativeMemory.Alloc((nuint)bytes);
        for (long offset = 0; offset < bytes; offset += PageSize)
        {
            memory[offset] = 1;
        }

        Say($"allocated {bytes}");
        return 0;
    }

    /// <summary>Starts processes until one is refused or there are <paramref name="count"/>: {"forked": n, "errno": e}.</summary>
    internal static int Fork(int count)
    {
        List<int> children = [];
        int errno = 0;
        while (children.Count < count)
        {
            nint pid = Native.Syscall((nint)Native.SyscallClone, (nint)17 /* SIGCHLD */, 0, 0, 0, 0);
            if (pid == 0)
            {
                while (true)
                {
                    _ = Native.Syscall((nint)Native.SyscallPause, 0, 0, 0, 0, 0);
                }
            }

            if (pid < 0)
            {
                errno = Marshal.GetLastPInvokeError();
                break;
            }

            children.Add((int)pid);
        }

        foreach (int child in children)
        {
            _ = Native.Kill(child, SigKill);
            _ = Native.WaitPid(child, out _, 0);
        }

        Say($$"""{"forked":{{children.Count}},"errno":{{errno}}}""");
        return 0;
    }

    /// <summary>Makes raw system calls, and says what each gives: its result, or minus the error number.</summary>
    internal static int Call(string[] calls)
    {
        foreach (string call in calls)
        {
            nint[] words = new nint[6];
            string[] numbers = call.Split(',');
            for (int i = 0; i < numbers.Length; i++)
            {
                words[i] = unchecked((nint)ulong.Parse(numbers[i]));
            }

            nint result = Native.Syscall(words[0], words[1], words[2], words[3], words[4], words[5]);
            Say((result < 0 ? -Marshal.GetLastPInvokeError() : result).ToString());
        }

        return 0;
    }

    /// <summary>Says how long getppid takes, and openat with close: picoseconds, the best of several rounds.</summary>
    internal static unsafe int TimeCalls()
    {
        const int Getppid = 110;
        const int Openat = 257;
        const int Close = 3;
        fixed (byte* path = "/proc/self\0"u8)
        {
            nint name = (nint)path;
            long getppid = Best(() => _ = Native.Syscall(Getppid, 0, 0, 0, 0, 0));
            long openat = Best(() => _ = Native.Syscall(Close, Native.Syscall(Openat, Native.AtCurrentDirectory, name, 0x200000 /* O_PATH */, 0, 0), 0, 0, 0, 0));
            Say($"{getppid} {openat}");
        }

        return 0;
    }

    private static long Best(Action call)
    {
        const int Rounds = 20;
        const int Calls = 20_000;
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Calls; i++)
            {
                call();
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls);
        }

        return (long)(best * 1000);
    }

    internal static int WriteFile(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Append, FileAccess.Write);
            file.WriteByte((byte)'x');
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.GetType().Name);
            return 1;
        }
    }

    internal static int Echo(string[] words)
    {
        Say(string.Join(' ', words));
        return 0;
    }

    private static void Say(string line)
    {
        lock (s_output)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }

    private static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        PosixSignal.SIGTERM => 15,
        PosixSignal.SIGCHLD => 17,
        PosixSignal.SIGCONT => 18,
        PosixSignal.SIGWINCH => 28,
        PosixSignal.SIGTTIN => 21,
        PosixSignal.SIGTTOU => 22,
        PosixSignal.SIGTSTP => 20,
        _ => (int)signal,
    };
}
