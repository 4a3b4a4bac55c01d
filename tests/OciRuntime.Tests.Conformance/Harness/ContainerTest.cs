// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading;
using FluentAssertions;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>
/// Gives each test a folder, a state folder and container ids of its own; afterwards deletes the containers by force and asserts
/// that no process, cgroup, mount or state is left of them.
/// </summary>
public abstract class ContainerTest : IDisposable
{
    private static int s_count;

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"t{Environment.ProcessId}x{Interlocked.Increment(ref s_count)}x");
    private readonly Invariants _invariants = new();
    private readonly List<string> _ids = [];
    private readonly List<IDisposable> _owned = [];
    private int _bundles;

    protected ContainerTest()
    {
        ProcessTable.AdoptOrphans();
        Folder = Directory.CreateTempSubdirectory("ocirun-test-").FullName;
        // Others than root must be able to reach what is in it.
        File.SetUnixFileMode(Folder, (UnixFileMode)0x1ED /* 0755 */);
        Ocirun = new Runtime(Path.Combine(Folder, "state"), Marker);
    }

    /// <summary>A folder of the test's own.</summary>
    private protected string Folder { get; }

    private protected Runtime Ocirun { get; }

    /// <summary>In the environment of everything that the test starts.</summary>
    private protected string Marker => $"OCIRUN_TEST={_name}";

    /// <summary>Asserts at once, in the middle of a test, what is asserted after each: nothing is left.</summary>
    private protected void NothingIsLeft()
    {
        _ = ProcessTable.ReapOrphans();
        _invariants.Violations(Ocirun.Root, Marker, _ids).Should().BeEmpty();
    }

    private protected string NewId()
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"{_name}{_ids.Count}");
        _ids.Add(id);
        return id;
    }

    /// <summary>A bundle with the default config, without a terminal, that runs these.</summary>
    private protected Bundle NewBundle(params string[] args) =>
        new(Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"bundle{_bundles++}")), Marker, args);

    private protected Bundle NewShell(string script) => NewBundle("sh", "-c", script);

    private protected Outcome Run(Bundle bundle, params string[] flags) => Ocirun.Run(["run", "--bundle", bundle.Folder, .. flags, NewId()]);

    /// <summary>Runs it in the foreground, asserts status 0, and returns what it wrote.</summary>
    private protected string OutputOf(Bundle bundle)
    {
        Outcome outcome = Run(bundle);
        outcome.Status.Should().Be(0, "the program should succeed: {0}", outcome);
        return outcome.Output;
    }

    /// <summary>Runs the guest in the bundle and returns what it sees.</summary>
    private protected JsonObject Report(Bundle bundle, params string[] sections) =>
        JsonNode.Parse(OutputOf(bundle.Args(["/guest", "report", .. sections])))!.AsObject();

    private protected Container Create(Bundle bundle, params string[] flags)
    {
        string id = NewId();
        return Own(new Container(Ocirun, id, Own(Ocirun.Start(["create", "--bundle", bundle.Folder, .. flags, id]))));
    }

    private protected Container RunDetached(Bundle bundle, params string[] flags)
    {
        string id = NewId();
        return Own(new Container(Ocirun, id, Own(Ocirun.Start(["run", "--detach", "--bundle", bundle.Folder, .. flags, id]))));
    }

    /// <summary>Disposed after the test, last first.</summary>
    private protected T Own<T>(T thing)
        where T : IDisposable
    {
        _owned.Add(thing);
        return thing;
    }

    public void Dispose()
    {
        foreach (string id in _ids)
        {
            if (Directory.Exists(Path.Combine(Ocirun.Root, id)))
            {
                _ = Ocirun.Run("delete", "--force", id);
            }
        }

        for (int i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _ = ProcessTable.ReapOrphans();
        List<string> left = _invariants.Violations(Ocirun.Root, Marker, _ids);
        foreach (int pid in ProcessTable.WithMarker(Marker).Keys)
        {
            _ = Native.Kill(pid, Signals.Kill);
            _ = Native.WaitPid(pid, out _, 0);
        }

        if (left.Count > 0)
        {
            _ids.ForEach(Cgroups.Remove);
        }

        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
        left.Should().BeEmpty("a test leaves nothing");
    }
}
