// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>The .NET runtime's own threads: in fact its finalizer thread. A clone leaves them behind.</summary>
/// <remarks>
/// A collection in the child waits until every thread that the runtime knows of stands still. One that the child does not have does so for
/// ever if it waited when the process was copied, and never if it was at work: as it is for a moment at the start, and after each collection.
/// </remarks>
internal static class OtherThreads
{
    private const long PatienceNanoseconds = 1_000_000_000;

    /// <summary>Lets them come to rest. Right before clone: a collection in between would wake them again.</summary>
    public static void AwaitParked()
    {
        if (Files.TryOpen(Fd.CurrentDirectory, "/proc/self/task\0"u8, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, out OwnedFd? tasks) != 0)
        {
            return;
        }

        using (tasks)
        {
            Span<byte> digits = stackalloc byte[20];
            ReadOnlySpan<byte> self = WholeFile.Digits(Processes.Id, digits);
            foreach (KernelString thread in Folders.Names(tasks!.Borrow))
            {
                if (!thread.Text.SequenceEqual(self))
                {
                    AwaitParked(tasks.Borrow, thread.Append("syscall"u8));
                }
            }
        }
    }

    private static void AwaitParked(Fd tasks, KernelString file)
    {
        if (Files.TryOpen(tasks, file.Span, OpenFlags.O_RDONLY, 0, out OwnedFd? syscall) != 0)
        {
            return;
        }

        using (syscall)
        {
            long end = Processes.MonotonicNanoseconds() + PatienceNanoseconds;
            while (!IsParked(syscall!.Borrow) && Processes.MonotonicNanoseconds() < end)
            {
                Processes.Yield();
            }
        }
    }

    // proc_pid_syscall(5): "running", or the number of the call that it is blocked in.
    private static bool IsParked(Fd syscall)
    {
        Span<byte> parked = stackalloc byte[8];
        SyscallNumber.Futex.TryFormat(parked, out int length);
        parked[length++] = (byte)' ';
        Span<byte> buffer = stackalloc byte[256];
        return Files.TryReadAt(syscall, buffer, 0, out int count) != 0 || buffer[..count].StartsWith(parked[..length]);
    }
}
