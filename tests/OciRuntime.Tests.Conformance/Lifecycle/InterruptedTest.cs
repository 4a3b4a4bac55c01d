// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;

namespace OciRuntime.Tests.Conformance.Lifecycle;

/// <summary>Commands that are killed on their way, at every system call: every stage of them, without a hook in the product.</summary>
public abstract class InterruptedTest : ContainerTest
{
    /// <summary>Runs a command to its end, and tells the system calls that it makes on the way: each by its name, and the how manieth of that name it is.</summary>
    /// <remarks>Not all of them: the first hundred, which start the runtime, and every second of the rest would only take longer.</remarks>
    private protected List<(string Call, int Count)> CallsOf(params string[] args)
    {
        const int RuntimeStart = 100;
        string file = Path.Combine(Folder, "calls");
        using ChildProcess strace = Ocirun.StartUnder(["strace", "-o", file, "-e", "trace=all", "-e", "signal=none"], args);
        strace.Wait().Status.Should().Be(0);
        Dictionary<string, int> seen = [];
        List<(string, int)> points = [];
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            int end = line.IndexOf('(', StringComparison.Ordinal);
            if (end <= 0)
            {
                continue;
            }

            string call = line[..end];
            seen[call] = seen.GetValueOrDefault(call) + 1;
            number++;
            if (number % (number < RuntimeStart ? 20 : 2) == 0)
            {
                points.Add((call, seen[call]));
            }
        }

        points.Should().HaveCountGreaterThan(20);
        return points;
    }

    /// <summary>strace kills the command, and only it (no -f), as it enters that system call: it counts the calls of each name.</summary>
    private protected Outcome KilledAt((string Call, int Count) point, params string[] args)
    {
        string inject = string.Create(CultureInfo.InvariantCulture, $"inject={point.Call}:signal=SIGKILL:when={point.Count}");
        using ChildProcess strace = Ocirun.StartUnder(["strace", "-o", "/dev/null", "-e", $"trace={point.Call}", "-e", inject], args);
        return strace.Wait();
    }

    // A child whose parent is killed ends by itself, an instant later: that is waited for, by its end as a child of the test.
    protected string WhatStays()
    {
        Stopwatch clock = Stopwatch.StartNew();
        string left;
        do
        {
            try
            {
                NothingIsLeft();
                return string.Empty;
            }
            catch (Xunit.Sdk.XunitException e)
            {
                left = e.Message;
            }
        }
        while (clock.Elapsed < TimeSpan.FromSeconds(5));

        return left;
    }
}
