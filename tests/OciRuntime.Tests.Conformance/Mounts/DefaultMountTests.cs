// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>The mounts of the default config, as they stand in the container's mountinfo.</summary>
public sealed class DefaultMountTests : ContainerTest
{
    [HostTheory]
    [InlineData("/", null, "ro")]
    [InlineData("/proc", "proc", "rw")]
    [InlineData("/dev", "tmpfs", "rw,nosuid")]
    [InlineData("/dev/pts", "devpts", "rw,nosuid,noexec")]
    [InlineData("/dev/shm", "tmpfs", "rw,nosuid,nodev,noexec")]
    [InlineData("/dev/mqueue", "mqueue", "rw,nosuid,nodev,noexec")]
    [InlineData("/sys", "sysfs", "ro,nosuid,nodev,noexec")]
    public void Mount_OfTheDefaultConfig_IsThere(string target, string? type, string options)
    {
        JsonNode mount = MountAt(Report(NewBundle(), "mounts")["mounts"]!.AsArray(), target);

        if (type is not null)
        {
            mount["type"]!.GetValue<string>().Should().Be(type);
        }

        Words(mount, "options").Should().Contain(options.Split(','));
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Mount_Cgroup_IsReadOnlyAndShowsTheContainersOwn()
    {
        JsonArray mounts = Report(NewBundle(), "mounts")["mounts"]!.AsArray();
        string type = Host.Cgroups == CgroupMode.V2 ? "cgroup2" : "cgroup";
        JsonNode[] cgroups = [.. mounts.Where(m => m!["type"]!.GetValue<string>() == type)!];

        cgroups.Should().NotBeEmpty();
        foreach (JsonNode mount in cgroups)
        {
            Words(mount, "options").Should().Contain(["ro", "nosuid", "nodev", "noexec"]);
            mount["root"]!.GetValue<string>().Should().Be("/", "of its cgroup namespace");
        }
    }

    [HostFact]
    public void Mount_NumberOfThem_IsThatOfTheConfigAndTheMasks()
    {
        string[] targets = [.. Report(NewBundle(), "mounts")["mounts"]!.AsArray().Select(m => m!["target"]!.GetValue<string>())];

        string[] expected = ["/", "/dev", "/dev/mqueue", "/dev/pts", "/dev/shm", "/proc", "/sys", "/sys/fs/cgroup"];
        targets.Where(t => !t.StartsWith("/sys/fs/cgroup/", StringComparison.Ordinal) && !IsMaskedOrReadOnly(t)).Distinct().Should().BeEquivalentTo(expected);
    }

    [HostFact]
    public void Root_ReadOnly_RefusesWrites() => OutputOf(NewShell("touch /x 2>/dev/null || echo refused")).Should().Be("refused\n");

    [HostFact]
    public void Root_Writable_TakesWrites()
    {
        Bundle bundle = NewShell("echo written >/x");
        bundle.Config["root"]!["readonly"] = false;

        _ = OutputOf(bundle.Save());

        File.ReadAllText(Path.Combine(bundle.Rootfs, "x")).Should().Be("written\n");
    }

    [HostFact]
    public void Root_ReadOnly_MountsBelowStayWritable() =>
        OutputOf(NewShell("echo a >/dev/shm/x && cat /dev/shm/x")).Should().Be("a\n");

    [HostFact]
    public void Devpts_IsANewInstance() =>
        OutputOf(NewShell("ls /dev/pts")).Should().Be("ptmx\n");

    [HostFact]
    public void Proc_ShowsOnlyTheContainer() =>
        OutputOf(NewShell("ls /proc | grep -c '^[0-9]*$'")).Trim().Should().BeOneOf("2", "3");

    private static bool IsMaskedOrReadOnly(string target) =>
        Bundle.DefaultConfig()["linux"]!["maskedPaths"]!.AsArray().Concat(Bundle.DefaultConfig()["linux"]!["readonlyPaths"]!.AsArray())
            .Any(p => p!.GetValue<string>() == target);

    private static JsonNode MountAt(JsonArray mounts, string target) => mounts.Last(m => m!["target"]!.GetValue<string>() == target)!;

    private static string[] Words(JsonNode mount, string name) => [.. mount[name]!.AsArray().Select(w => w!.GetValue<string>())];
}
