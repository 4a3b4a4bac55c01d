// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>The host's cgroups, by their files.</summary>
internal static class Cgroups
{
    private const string Top = "/sys/fs/cgroup";

    /// <summary>Every cgroup, in every hierarchy, whose name contains that.</summary>
    internal static string[] Containing(string name) => [.. Walk(Top).Where(d => Path.GetFileName(d).Contains(name, StringComparison.Ordinal))];

    /// <summary>The path of a process's cgroup on the host: of the controller on v1, of the one hierarchy on v2.</summary>
    internal static string Of(int pid, string controller)
    {
        foreach (string line in File.ReadAllLines($"/proc/{pid}/cgroup"))
        {
            string[] parts = line.Split(':', 3);
            if (Host.Cgroups == CgroupMode.V2)
            {
                return Top + parts[2];
            }

            if (parts[1].Split(',').Contains(controller))
            {
                return $"{Top}/{parts[1].Replace("name=", string.Empty, StringComparison.Ordinal)}{parts[2]}";
            }
        }

        throw new InvalidOperationException($"process {pid} has no cgroup of {controller}");
    }

    internal static string Read(string cgroup, string file) => File.ReadAllText(Path.Combine(cgroup, file)).Trim();

    internal static int[] Processes(string cgroup) => [.. File.ReadAllLines(Path.Combine(cgroup, "cgroup.procs")).Select(int.Parse)];

    /// <summary>Ends what is in the cgroups of that name, and removes them, deepest first. Only for what a failed test left.</summary>
    internal static void Remove(string name)
    {
        foreach (string cgroup in Containing(name).OrderByDescending(c => c.Length))
        {
            foreach (string folder in Walk(cgroup).Append(cgroup).OrderByDescending(c => c.Length))
            {
                try
                {
                    foreach (int pid in Processes(folder))
                    {
                        _ = Native.Kill(pid, Signals.Kill);
                        _ = Native.WaitPid(pid, out _, 0);
                    }

                    Directory.Delete(folder);
                }
                catch (IOException)
                {
                    // The failure has been reported already.
                }
            }
        }
    }

    private static IEnumerable<string> Walk(string folder)
    {
        string[] folders;
        try
        {
            folders = Directory.GetDirectories(folder);
        }
        catch (IOException)
        {
            // Another container's cgroup went away meanwhile.
            yield break;
        }

        foreach (string inner in folders)
        {
            yield return inner;
            foreach (string deeper in Walk(inner))
            {
                yield return deeper;
            }
        }
    }
}
