// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>What every test must leave as it found it.</summary>
internal sealed class Invariants
{
    private readonly string _mounts = File.ReadAllText("/proc/self/mountinfo");
    private readonly HashSet<int> _children = [.. ProcessTable.Children().Keys];

    /// <returns>One line per thing that is left of the test.</returns>
    internal List<string> Violations(string root, string marker, IEnumerable<string> ids)
    {
        List<string> found = [];
        foreach ((int pid, string command) in ProcessTable.WithMarker(marker))
        {
            found.Add($"process {pid} is left: {command}");
        }

        foreach ((int pid, string stat) in ProcessTable.Children())
        {
            if (!_children.Contains(pid))
            {
                found.Add($"child {pid} is left: {stat}");
            }
        }

        foreach (string id in ids)
        {
            found.AddRange(Cgroups.Containing(id).Select(c => $"cgroup {c} is left"));
        }

        if (Directory.Exists(root))
        {
            found.AddRange(Directory.GetFileSystemEntries(root).Select(e => $"state {e} is left"));
        }

        HashSet<string> before = [.. _mounts.Split('\n')];
        HashSet<string> after = [.. File.ReadAllText("/proc/self/mountinfo").Split('\n')];
        found.AddRange(after.Except(before).Select(m => $"mount is left: {m}"));
        found.AddRange(before.Except(after).Select(m => $"mount is gone: {m}"));
        return found;
    }
}
