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

    /// <returns>0 where there is no such process, or only its zombie.</returns>
    public static ulong StartTimeOf(int pid)
    {
        byte[]? stat = pid <= 0 ? null : WholeFile.TryRead(KernelString.Of($"/proc/{pid}/stat").Span);
        if (stat is null)
        {
            return 0;
        }

        // The second field is the command in parentheses, which may contain anything: fields are counted behind the last one.
        ReadOnlySpan<byte> rest = stat.AsSpan(stat.AsSpan().LastIndexOf((byte)')') + 2);
        if (rest.Length == 0 || rest[0] is (byte)'Z' or (byte)'X')
        {
            return 0;
        }

        for (int field = StateField; field < StartTimeField; field++)
        {
            rest = rest[(rest.IndexOf((byte)' ') + 1)..];
        }

        return Utf8Parser.TryParse(rest, out ulong startTime, out _) ? startTime : 0;
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
