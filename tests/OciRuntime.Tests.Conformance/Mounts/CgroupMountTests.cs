// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>Mounts of type cgroup, on whichever version the host has.</summary>
[Trait("Category", "Vm")]
public sealed class CgroupMountTests : MountTest
{
    private const string Place = "/sys/fs/cgroup";

    // In a cgroup namespace the container's group is the root; without one the host's tree is seen, whose root has no cgroup.events, and in a
    // user namespace that is read-only whatever the option.
    [HostTheory(Needs.CgroupV2)]
    [InlineData("ro", true, false, "ro")]
    [InlineData("rw", true, false, "rw")]
    [InlineData("ro", true, true, "ro")]
    [InlineData("rw", true, true, "rw")]
    [InlineData("ro", false, false, "ro")]
    [InlineData("rw", false, false, "rw")]
    [InlineData("ro", false, true, "ro")]
    [InlineData("rw", false, true, "ro")]
    public void Version2_ShowsWhatTheNamespaceShows(string option, bool hasNamespace, bool inUserNamespace, string seen)
    {
        Bundle bundle = inUserNamespace ? InUserNamespace(With(option, hasNamespace)) : With(option, hasNamespace);

        JsonNode mount = MountAt(bundle, Place);
        string inside = OutputOf(bundle.Shell($"ls {Place}/cgroup.events 2>/dev/null || echo top; [ -d {Place}$(cut -d: -f3 /proc/self/cgroup) ] && echo found"));

        mount["type"]!.GetValue<string>().Should().Be("cgroup2");
        Words(mount).Should().Contain(["nosuid", "nodev", "noexec", seen]);
        inside.Should().Be((hasNamespace ? $"{Place}/cgroup.events" : "top") + "\nfound\n");
    }

    [HostTheory(Needs.CgroupV1)]
    [InlineData("ro", true, false)]
    [InlineData("rw", true, false)]
    [InlineData("ro", false, false)]
    [InlineData("rw", false, false)]
    [InlineData("ro", true, true)]
    [InlineData("ro", false, true)]
    public void Version1_EveryHierarchy_IsAFolderThatShowsTheContainersGroup(string option, bool hasNamespace, bool inUserNamespace)
    {
        Bundle bundle = inUserNamespace ? InUserNamespace(With(option, hasNamespace)) : With(option, hasNamespace);

        JsonNode[] mounts = [.. Report(bundle, "mounts")["mounts"]!.AsArray().Where(m => m!["target"]!.GetValue<string>().StartsWith(Place, StringComparison.Ordinal))!];

        string[] expected = [.. File.ReadAllLines("/proc/self/mountinfo").Select(l => l.Split(' '))
            .Where(f => f[4].StartsWith(Place + "/", StringComparison.Ordinal) && f[Array.IndexOf(f, "-") + 1].StartsWith("cgroup", StringComparison.Ordinal)).Select(f => f[4]).Distinct()];
        mounts.Select(m => m["target"]!.GetValue<string>()).Should().BeEquivalentTo([Place, .. expected]);
        mounts[0]["type"]!.GetValue<string>().Should().Be("tmpfs");
        mounts.Should().OnlyContain(m => Words(m, "options").Contains(option));
        string script = string.Join('\n', expected.Select(e => $"grep -qx 1 {e}/cgroup.procs || echo {e} shows another group"));
        OutputOf(bundle.Shell(script)).Should().BeEmpty();
    }

    // Controllers that are mounted together are found by each name.
    [HostFact(Needs.CgroupV1)]
    public void Version1_ControllersTogether_AreLinked()
    {
        string[] together = [.. Directory.GetDirectories(Place).Select(d => Path.GetFileName(d)!).Where(d => d.Contains(',', StringComparison.Ordinal) && new DirectoryInfo($"{Place}/{d}").LinkTarget is null)];
        string script = string.Join('\n', together.SelectMany(t => t.Split(',').Select(c => $"[ $(readlink {Place}/{c}) = {t} ] || echo {c}")));

        OutputOf(With("ro", hasNamespace: true).Shell(script + "\n:")).Should().BeEmpty();
    }

    [HostTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Writable_RefusesNothingThatTheUserMay(bool hasNamespace)
    {
        string group = Host.Cgroups == CgroupMode.V2 ? Place : $"{Place}/freezer";
        Bundle bundle = With("rw", hasNamespace);

        // Without a cgroup namespace version 2 shows the host's tree: there the container must find its own group first.
        string own = Host.Cgroups == CgroupMode.V2 && !hasNamespace ? $"{group}$(cut -d: -f3 /proc/self/cgroup)" : group;
        OutputOf(bundle.Shell($"mkdir {own}/new && rmdir {own}/new && echo made")).Should().Be("made\n");
    }

    [HostFact]
    public void Data_IsRefused()
    {
        Bundle bundle = With("ro", hasNamespace: true);
        bundle.Mounts[^1]!["options"]!.AsArray().Add("memory");

        Error(bundle.Save()).Should().Contain("a mount of type cgroup takes none");
    }

    private Bundle With(string option, bool hasNamespace)
    {
        Bundle bundle = NewBundle();
        JsonNode? old = bundle.Mounts.FirstOrDefault(m => m!["destination"]!.GetValue<string>() == Place);
        _ = old is not null && bundle.Mounts.Remove(old);
        bundle.AddMount(Place, "cgroup", "cgroup", "nosuid", "noexec", "nodev", option);
        JsonArray namespaces = bundle.Linux["namespaces"]!.AsArray();
        if (namespaces.FirstOrDefault(n => n!["type"]!.GetValue<string>() == "cgroup") is { } found)
        {
            _ = namespaces.Remove(found);
        }

        if (hasNamespace)
        {
            namespaces.Add(new JsonObject { ["type"] = "cgroup" });
        }

        return bundle.Save();
    }
}
