// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Cgroups;

/// <summary>cgroup.events of version 2: the kernel announces each change of the file as POLLPRI. cgroups(7), "cgroup.events".</summary>
internal static class CgroupEvents
{
    /// <summary>Waits until the file has a line.</summary>
    /// <param name="line"><c>frozen 1</c>, <c>populated 0</c>.</param>
    /// <param name="milliseconds">Negative: without end.</param>
    /// <returns>False where the time is over. True also where the folder is gone: nothing of it is to be waited for.</returns>
    public static bool Await(KernelString folder, ReadOnlySpan<byte> line, long milliseconds)
    {
        if (Files.TryOpen(Fd.CurrentDirectory, folder.Append("cgroup.events"u8).Span, OpenFlags.O_RDONLY, 0, out OwnedFd? events) != 0)
        {
            return true;
        }

        using (events)
        {
            long end = milliseconds < 0 ? long.MaxValue : Processes.MonotonicNanoseconds() + (milliseconds * 1_000_000);
            Span<byte> buffer = stackalloc byte[128];
            while (Files.TryReadAt(events!.Borrow, buffer, 0, out int count) == 0 && buffer[..count].IndexOf(line) < 0)
            {
                long left = end == long.MaxValue ? -1 : Math.Max(0, (end - Processes.MonotonicNanoseconds()) / 1_000_000);
                Span<PollEntry> entry = [new PollEntry { Descriptor = events.Borrow.Number, Events = PollEntry.POLLPRI }];
                if (Processes.Poll(entry, left) == 0)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
