// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace OciRuntime.Bench;

/// <summary>A runtime, its worker, and what was measured of it.</summary>
internal sealed class Contender : IDisposable
{
    private readonly System.Diagnostics.Process _worker;
    private readonly Dictionary<string, List<Sample>> _samples = [];

    /// <param name="ownCgroup2">In a mount namespace that has a plain cgroup2 at /sys/fs/cgroup.</param>
    internal Contender(string name, string path, bool ownCgroup2, string folder, string bundle)
    {
        Name = name;
        Path = path;
        string root = System.IO.Path.Combine(folder, $"state-{name.Replace('/', '_').Replace(' ', '_')}");
        List<string> command = [Environment.ProcessPath!, "worker", path, root, bundle];
        if (ownCgroup2)
        {
            command.InsertRange(0, ["unshare", "--mount", "--propagation", "private", "sh", "-c", "mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec \"$@\"", "sh"]);
        }

        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _worker = System.Diagnostics.Process.Start(start)!;
    }

    internal string Name { get; }

    internal string Path { get; }

    internal long SizeBytes => new FileInfo(Path).ResolveLinkTarget(true) is FileInfo target ? target.Length : new FileInfo(Path).Length;

    /// <summary>A runtime may not be able to run here: old ones on new kernels, or with limits that they want to raise.</summary>
    internal bool Works()
    {
        try
        {
            Measure("run", record: false);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    internal void Measure(string name, bool record)
    {
        _worker.StandardInput.WriteLine(name);
        _worker.StandardInput.Flush();
        string answer = _worker.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{Name} failed in '{name}'");
        string[] words = answer.Split(' ');
        if (record)
        {
            if (!_samples.TryGetValue(name, out List<Sample>? samples))
            {
                _samples[name] = samples = [];
            }

            samples.Add(new Sample(double.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture)));
        }
    }

    internal (double Median, double Least) Milliseconds(string name)
    {
        List<double> sorted = _samples[name].ConvertAll(s => s.Milliseconds);
        sorted.Sort();
        return (Median(sorted), sorted[0]);
    }

    internal double PeakKiB(string name)
    {
        List<double> sorted = _samples[name].ConvertAll(s => (double)s.PeakKiB);
        sorted.Sort();
        return Median(sorted);
    }

    public void Dispose()
    {
        _worker.StandardInput.Close();
        _worker.WaitForExit();
        _worker.Dispose();
    }

    private static double Median(List<double> sorted) =>
        sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
}
