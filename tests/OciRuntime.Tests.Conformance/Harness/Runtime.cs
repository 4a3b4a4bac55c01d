// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>The executable under test, with a state folder of the test's own.</summary>
internal sealed class Runtime(string root, string marker)
{
    internal string Root => root;

    internal string[] Environment { get; } = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", marker];

    /// <summary>Starts it with --root and these arguments.</summary>
    internal ChildProcess Start(params string[] args) => StartWith(l => l, args);

    internal ChildProcess StartWith(Func<Launch, Launch> change, params string[] args) =>
        StartRaw(change, ["--root", root, .. args]);

    /// <summary>Starts it with just these arguments.</summary>
    internal ChildProcess StartRaw(Func<Launch, Launch> change, params string[] args)
    {
        if (!File.Exists(Host.Executable))
        {
            throw new InvalidOperationException($"no {Host.Executable}: run tests/run, which builds it");
        }

        return ChildProcess.Start(change(new Launch(Host.Executable, args) { Environment = Environment }));
    }

    /// <summary>Starts it under another program, which takes it as the rest of its arguments.</summary>
    internal ChildProcess StartUnder(IReadOnlyList<string> wrapper, params string[] args) => StartUnder(l => l, wrapper, args);

    internal ChildProcess StartUnder(Func<Launch, Launch> change, IReadOnlyList<string> wrapper, params string[] args)
    {
        string path = wrapper[0][0] == '/' ? wrapper[0] : Host.FindProgram(wrapper[0]) ?? throw new InvalidOperationException($"no {wrapper[0]}");
        List<string> rest = [];
        for (int i = 1; i < wrapper.Count; i++)
        {
            rest.Add(wrapper[i]);
        }

        return ChildProcess.Start(change(new Launch(path, [.. rest, Host.Executable, "--root", root, .. args]) { Environment = Environment }));
    }

    internal Outcome Run(params string[] args)
    {
        using ChildProcess process = Start(args);
        return process.Wait();
    }

    internal Outcome RunWith(Func<Launch, Launch> change, params string[] args)
    {
        using ChildProcess process = StartWith(change, args);
        return process.Wait();
    }

    /// <summary>
    /// Runs it, and says how much memory it had at most, in KiB. The guest measures: usage of a child of the test process would begin with
    /// the memory of the test process itself, which the kernel carries over an exec after vfork.
    /// </summary>
    internal (Outcome Outcome, long PeakKiB) Measure(params string[] args)
    {
        string file = Path.GetTempFileName();
        try
        {
            using ChildProcess process = StartUnder([Host.Guest, "measure", file], args);
            Outcome outcome = process.Wait();
            return (outcome, long.Parse(File.ReadAllLines(file)[^1], CultureInfo.InvariantCulture));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Runs it, and asserts that it ends with 0.</summary>
    internal Outcome Succeed(params string[] args)
    {
        Outcome outcome = Run(args);
        outcome.Status.Should().Be(0, "{0} should succeed: {1}", string.Join(' ', args), outcome);
        return outcome;
    }

    internal Outcome Fail(params string[] args)
    {
        Outcome outcome = Run(args);
        outcome.Status.Should().Be(1, "{0} should fail: {1}", string.Join(' ', args), outcome);
        outcome.Error.Should().NotBeEmpty("an error is said");
        return outcome;
    }

    internal JsonObject State(string id) => JsonNode.Parse(Succeed("state", id).Output)!.AsObject();

    internal string StatusOf(string id) => State(id)["status"]!.GetValue<string>();
}
