// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>Who runs: what a test started and did not see the end of.</summary>
internal static class ProcessTable
{
    /// <summary>
    /// Containers' first processes, orphaned when their creator exits, become children of the test process; and what the test process
    /// inherited itself (a terminal's descriptors, those of a shell) does not go on to what it starts.
    /// </summary>
    internal static void AdoptOrphans()
    {
        _ = Native.Check(Native.Prctl(Native.SetChildSubreaper, 1, 0, 0, 0), "prctl PR_SET_CHILD_SUBREAPER");
        _ = Native.Check(Native.CloseRange(3, uint.MaxValue, Native.CloseRangeOnExec), "close_range");
    }

    /// <summary>Collects the zombies among the children of the test process. Nothing that a test still waits for may run.</summary>
    /// <returns>Their number.</returns>
    internal static int ReapOrphans()
    {
        int count = 0;
        while (Native.WaitPid(-1, out _, Native.WaitNoHang) > 0)
        {
            count++;
        }

        return count;
    }

    /// <summary>Processes, "pid: command line", whose environment holds the marker: what the test started, and what that started.</summary>
    internal static Dictionary<int, string> WithMarker(string marker)
    {
        Dictionary<int, string> found = [];
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ReadOrEmpty($"{folder}/environ").Contains(marker, StringComparison.Ordinal))
            {
                found[pid] = ReadOrEmpty($"{folder}/cmdline").Replace('\0', ' ');
            }
        }

        return found;
    }

    /// <summary>Children of the test process: pid → name and state.</summary>
    internal static Dictionary<int, string> Children()
    {
        Dictionary<int, string> found = [];
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            // pid (name) state ppid …; the name may hold anything.
            string stat = ReadOrEmpty($"{folder}/stat");
            int end = stat.LastIndexOf(')');
            if (end < 0 || !int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            {
                continue;
            }

            string[] rest = stat[(end + 2)..].Split(' ');
            if (int.Parse(rest[1], CultureInfo.InvariantCulture) == Environment.ProcessId)
            {
                found[pid] = $"{stat[..(end + 1)]} {rest[0]}";
            }
        }

        return found;
    }

    internal static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
