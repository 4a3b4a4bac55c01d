// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using FluentAssertions;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>The host's systemd, by systemctl(1).</summary>
internal static class Systemd
{
    /// <summary>Whether systemd knows the unit in any state.</summary>
    internal static bool Knows(string unit) => Show(unit, "LoadState") != "not-found" || Show(unit, "ActiveState") != "inactive";

    internal static string Show(string unit, string property) => Systemctl("show", "--value", "--property", property, unit);

    internal static void Reload() => _ = Systemctl("daemon-reload");

    internal static string Systemctl(params string[] args)
    {
        Outcome outcome = Run("systemctl", args);
        outcome.Status.Should().Be(0, "systemctl {0}: {1}", string.Join(' ', args), outcome);
        return outcome.Output.Trim();
    }

    internal static Outcome Run(string program, params string[] args)
    {
        string path = Host.FindProgram(program) ?? throw new InvalidOperationException($"no {program}");
        using ChildProcess process = ChildProcess.Start(new Launch(path, args) { Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] });
        return process.Wait();
    }

    /// <summary>The processes of the message bus, for a test that stops them.</summary>
    internal static IEnumerable<int> Buses()
    {
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int pid) && File.Exists($"{folder}/comm")
                && File.ReadAllText($"{folder}/comm").Trim() is "dbus-daemon" or "dbus-broker")
            {
                yield return pid;
            }
        }
    }
}
