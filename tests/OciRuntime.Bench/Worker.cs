// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.IO;

namespace OciRuntime.Bench;

/// <summary>A <see cref="WorkerLoop"/> in namespaces of its own, where the cgroups are laid out in one way.</summary>
internal sealed class Worker : IDisposable
{
    // On a hybrid host, crun works only where it sees one cgroup2 mount, as on a host that has nothing else.
    private const string MountPlainV2 = "umount --recursive --lazy /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && ";
    private readonly Process _process;

    /// <param name="suffix">What the tables add to the name of a runtime that runs here.</param>
    internal Worker(string suffix, bool plainV2, string logPath)
    {
        Suffix = suffix;
        ProcessStartInfo start = new("setpriv") { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Kills go down the line: bench, unshare, the worker, and with it all processes of its namespace.
        foreach (string argument in (string[])[
            "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
            "sh", "-c", (plainV2 ? MountPlainV2 : string.Empty) + "exec \"$@\"", "sh", Environment.ProcessPath!, "worker", logPath])
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
    }

    internal string Suffix { get; }

    internal Outcome Run(params string[] arguments) => Ask(WorkerLoop.Timed, arguments);

    internal Outcome RunDetached(params string[] arguments) => Ask(WorkerLoop.Detached, arguments);

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private Outcome Ask(string how, string[] arguments)
    {
        try
        {
            _process.StandardInput.WriteLine($"{how}\t{string.Join('\t', arguments)}");
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw new BenchException("a worker has ended");
        }

        return Outcome.Parse(_process.StandardOutput.ReadLine() ?? throw new BenchException("a worker has ended"));
    }
}
