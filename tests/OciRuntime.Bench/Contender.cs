// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.IO;
using System.Linq;

namespace OciRuntime.Bench;

/// <summary>One row of the tables: an executable, and the worker that runs it.</summary>
internal sealed class Contender
{
    private readonly Worker _worker;
    private readonly string _stateRoot;

    /// <param name="reference">The ocirun to compare it with, which runs in the same worker; none: this one is it.</param>
    internal Contender(string name, string executable, Worker worker, string stateRoot, Contender? reference)
    {
        _worker = worker;
        _stateRoot = stateRoot;
        Executable = executable;
        Reference = reference ?? this;
        Name = $"{name} {Version()}{worker.Suffix}";
        _ = Directory.CreateDirectory(stateRoot);
    }

    internal string Name { get; }

    internal string Executable { get; }

    internal Contender Reference { get; }

    /// <summary>A command of the runtime, as it ended.</summary>
    internal Outcome Try(params string[] arguments) => _worker.Run([Executable, "--root", _stateRoot, .. arguments]);

    /// <returns>Nanoseconds.</returns>
    internal long Time(params string[] arguments) => Checked(Try(arguments), arguments).Nanoseconds;

    /// <returns>KiB.</returns>
    internal long Measure(string shell, params string[] arguments) =>
        Checked(
            _worker.RunDetached([shell, "sh", "-c", "\"$@\" &", "sh", Executable, "--root", _stateRoot, .. arguments]),
            arguments).MaxResident;

    /// <summary>crun keeps compiled filters here, for all containers of one state folder.</summary>
    internal void ForgetFilters()
    {
        string cache = Path.Combine(_stateRoot, ".cache");
        if (Directory.Exists(cache))
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    /// <returns>The numbers in the first line of what the container's program wrote.</returns>
    internal long[] Read(params string[] arguments) =>
        [.. Checked(Try(arguments), arguments).Text.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];

    internal Outcome RunTool(params string[] arguments) => _worker.Run(arguments);

    private Outcome Checked(Outcome outcome, string[] arguments) =>
        outcome.Status == 0
            ? outcome
            : throw new BenchException($"{Name}: {arguments[0]} ended with status {outcome.Status}: {outcome.Text}");

    // "runc version 1.1.5+ds1"
    private string Version()
    {
        string[] words = _worker.Run(Executable, "--version").Text.Split(' ');
        return words is [_, "version", string version, ..] ? version : "(unknown version)";
    }
}
