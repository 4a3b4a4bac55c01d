// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Text;
using OciRuntime.Abi;
using OciRuntime.Linux;

namespace OciRuntime.Engine.State;

/// <summary>A process for good: pids are used again, a pid with its start time is not. proc_pid_stat(5).</summary>
internal static class ProcessIdentity
{
    private const int StartTimeField = 22;
    private const int StateField = 3;
    private const int FlagsField = 9;

    /// <returns>0 where there is no such process, or only its zombie.</returns>
    public static ulong StartTimeOf(int pid)
    {
        byte[]? stat = pid <= 0 ? null : WholeFile.TryRead(KernelString.Of($"/proc/{pid}/stat").Span);
        if (stat is null)
        {
            return 0;
        }

        ReadOnlySpan<byte> state = Field(stat, StateField);
        if (state.Length == 0 || state[0] is (byte)'Z' or (byte)'X')
        {
            return 0;
        }

        return Utf8Parser.TryParse(Field(stat, StartTimeField), out ulong startTime, out _) ? startTime : 0;
    }

    /// <summary>Whether a process has become a program since it was cloned. It may have ended, if it has not been reaped.</summary>
    /// <returns>True where it can't be told.</returns>
    public static bool HasExecuted(int pid)
    {
        // include/linux/sched.h, "Forked but didn't exec".
        const uint PF_FORKNOEXEC = 0x40;
        byte[]? stat = pid <= 0 ? null : WholeFile.TryRead(KernelString.Of($"/proc/{pid}/stat").Span);
        return stat is null || !Utf8Parser.TryParse(Field(stat, FlagsField), out uint flags, out _) || (flags & PF_FORKNOEXEC) == 0;
    }

    /// <returns>What begins with that field.</returns>
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> stat, int number)
    {
        // The second field is the command in parentheses, which may contain anything: fields are counted behind the last one.
        ReadOnlySpan<byte> rest = stat[(stat.LastIndexOf((byte)')') + 2)..];
        for (int field = StateField; field < number; field++)
        {
            rest = rest[(rest.IndexOf((byte)' ') + 1)..];
        }

        return rest;
    }

    /// <summary>The process of a pidfd, in the PID namespace of /proc. pidfd_open(2), "fdinfo".</summary>
    /// <returns>-1 where it has ended and been reaped.</returns>
    public static int PidOf(Fd pidFd)
    {
        ReadOnlySpan<byte> label = "\nPid:\t"u8;
        ReadOnlySpan<byte> text = WholeFile.TryRead(KernelString.Of($"/proc/self/fdinfo/{pidFd.Number}").Span);
        int start = text.IndexOf(label);
        return start >= 0 && Utf8Parser.TryParse(text[(start + label.Length)..], out int pid, out _) ? pid : -1;
    }

    /// <summary>A pidfd of the container's first process.</summary>
    /// <returns>Null where it has ended.</returns>
    public static OwnedFd? TryOpen(ContainerRecord record)
    {
        if (record.Pid <= 0 || Processes.TryOpen(record.Pid, out OwnedFd? pidFd) != 0)
        {
            return null;
        }

        // In this order: the pidfd names one process, and if the times agree it is ours.
        if (StartTimeOf(record.Pid) is var startTime and not 0 && startTime == record.StartTime)
        {
            return pidFd;
        }

        pidFd!.Dispose();
        return null;
    }
}
