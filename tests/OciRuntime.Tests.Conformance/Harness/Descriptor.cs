// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>An open file of the kernel's, closed once.</summary>
internal sealed unsafe class Descriptor(int number) : IDisposable
{
    private int _number = number;

    internal int Number => _number >= 0 ? _number : throw new ObjectDisposedException(nameof(Descriptor));

    internal static Descriptor Open(string path, int flags) =>
        new((int)Native.Check(Native.Open(path, flags | Native.CloseOnExec, 0), $"open {path}"));

    /// <summary>Both ends are close-on-exec; reading doesn't block.</summary>
    internal static (Descriptor Read, Descriptor Write) Pipe()
    {
        int* ends = stackalloc int[2];
        _ = Native.Check(Native.Pipe2(ends, Native.CloseOnExec), "pipe2");
        return (new Descriptor(ends[0]), new Descriptor(ends[1]));
    }

    /// <returns>Whether there is something to read, or an end of file, or an error.</returns>
    internal bool WaitReadable(TimeSpan timeout)
    {
        Native.PollEntry entry = new() { Descriptor = Number, Events = Native.PollIn };
        int ready;
        do
        {
            ready = Native.Poll(&entry, 1, (int)timeout.TotalMilliseconds);
        }
        while (ready < 0 && Marshal.GetLastPInvokeError() == 4 /* EINTR */);

        return ready > 0;
    }

    /// <summary>Of <c>/proc/PID/mountinfo</c>: whether a mount came or went since it was opened, or asked. proc_pid_mounts(5).</summary>
    internal bool HasChanged()
    {
        const short PollError = 8;
        Native.PollEntry entry = new() { Descriptor = Number, Events = 0 };
        _ = Native.Check(Native.Poll(&entry, 1, 0), "poll");
        return (entry.Returned & PollError) != 0;
    }

    /// <summary>A single read. Empty: the end (of a pseudo-terminal: its other side is closed).</summary>
    internal byte[] Read(int atMost = 65536)
    {
        byte[] buffer = new byte[atMost];
        fixed (byte* start = buffer)
        {
            nint count = Native.Read(Number, start, (nuint)buffer.Length);
            return count > 0 ? buffer[..(int)count] : [];
        }
    }

    internal void Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            _ = Native.Check(Native.Write(Number, start, (nuint)bytes.Length), "write");
        }
    }

    public void Dispose()
    {
        int number = _number;
        _number = -1;
        if (number >= 0)
        {
            _ = Native.Close(number);
        }
    }
}
