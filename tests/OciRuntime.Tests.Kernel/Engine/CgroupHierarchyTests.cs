// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using FluentAssertions;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Plan;
using Xunit;

namespace OciRuntime.Tests.Kernel.Engine;

public sealed class CgroupHierarchyTests : KernelTest
{
    [Fact]
    public void Version2Alone()
    {
        const string Mounts = """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            30 22 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot

            """;
        CgroupHierarchy.Parse(CgroupLayout.V2, Mounts, "0::/user.slice/user-0.slice/session-1.scope\n").Should().Equal(
            new CgroupHierarchy("", "/sys/fs/cgroup", "/user.slice/user-0.slice/session-1.scope"));
    }

    [Fact]
    public void Version1_CoMountedNamedAndInAnotherOrder()
    {
        const string Mounts = """
            30 22 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
            31 30 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
            32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw master:7 propagate_from:2 - cgroup cgroup rw,cpu,cpuacct
            33 30 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
            34 30 0:30 / /sys/fs/cgroup/gone rw - cgroup cgroup rw,perf_event
            """;
        const string Groups = "4:cpuset:/a\n3:cpu,cpuacct:/b\n2:pids:/unmounted\n1:name=systemd:/c:d\n";
        List<CgroupHierarchy> hierarchies = CgroupHierarchy.Parse(CgroupLayout.V1, Mounts, Groups);
        hierarchies.Should().Equal(
            new CgroupHierarchy("name=systemd", "/sys/fs/cgroup/systemd", "/c:d"),
            new CgroupHierarchy("cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/b"),
            new CgroupHierarchy("cpuset", "/sys/fs/cgroup/cpuset", "/a"));
        hierarchies[1].Has("cpuacct").Should().BeTrue();
        hierarchies[1].Has("cpuset").Should().BeFalse();
        hierarchies[1].IsVersion2.Should().BeFalse();
    }

    [Fact]
    public void Hybrid_Version2WithoutControllersIsOneMore()
    {
        const string Mounts = """
            31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
            32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
            """;
        CgroupHierarchy.Parse(CgroupLayout.V1, Mounts, "2:memory:/m\n0::/u\n").Should().Equal(
            new CgroupHierarchy("", "/sys/fs/cgroup/unified", "/u"), new CgroupHierarchy("memory", "/sys/fs/cgroup/memory", "/m"));
    }

    // In a container without a cgroup namespace: only a part of the hierarchy is mounted.
    [Theory]
    [InlineData("/docker/abc", "/docker/abc", "/")]
    [InlineData("/docker/abc", "/docker/abc/inner", "/inner")]
    [InlineData("/docker/abc", "/docker/abcdef", "/docker/abcdef")]
    [InlineData("/docker/a\\040b", "/docker/a b/inner", "/inner")]
    [InlineData("/", "/", "/")]
    [InlineData("/..", "/", "/")]
    public void MountedPart_OwnPathIsBelowIt(string root, string group, string expected) =>
        CgroupHierarchy.Parse(CgroupLayout.V1, $"31 30 0:27 {root} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", $"5:memory:{group}\n")
            .Should().Equal(new CgroupHierarchy("memory", "/sys/fs/cgroup/memory", expected));

    [Fact]
    public void MountPoint_IsUnescaped() =>
        CgroupHierarchy.Parse(CgroupLayout.V1, "31 30 0:27 / /sys/fs/cgroup/a\\040b\\134040\\011\\012 rw - cgroup2 cgroup2 rw\n", "0::/\n")
            .Should().Equal(new CgroupHierarchy("", "/sys/fs/cgroup/a b\\040\t\n", "/"));

    [Fact]
    public void SecondMountOfAHierarchy_IsNotAnother() =>
        CgroupHierarchy.Parse(CgroupLayout.V1, "31 30 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n32 30 0:27 / /var/jail/sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/\n")
            .Should().Equal(new CgroupHierarchy("", "/sys/fs/cgroup", "/"));

    [Fact]
    public void MountElsewhere_ThatComesFirst_IsNotIt() =>
        CgroupHierarchy.Parse(CgroupLayout.V2, "31 30 0:27 /x /run/probe rw - cgroup2 cgroup2 rw\n32 30 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/\n")
            .Should().Equal(new CgroupHierarchy("", "/sys/fs/cgroup", "/"));

    [Theory]
    [InlineData("", "")]
    [InlineData("garbage\n", "garbage\n")]
    [InlineData(" - cgroup2\n - cgroup2 a b\n", ":\n::\n0::/\n")]
    [InlineData("1 2 3 4 5 6 - cgroup2 x", "0::/\n")]
    public void Garbage_IsNoHierarchy(string mounts, string groups) => CgroupHierarchy.Parse(CgroupLayout.V1, mounts, groups).Should().BeEmpty();

    [KernelFact]
    public void ThisHost_EveryFolderIsThere()
    {
        List<CgroupHierarchy> hierarchies = CgroupHierarchy.Detect(CgroupHierarchy.DetectLayout());
        hierarchies.Should().NotBeEmpty();
        foreach (CgroupHierarchy hierarchy in hierarchies)
        {
            File.Exists($"{hierarchy.MountPoint}{hierarchy.OwnPath}/cgroup.procs").Should().BeTrue(hierarchy.ToString());
            File.ReadAllText($"{hierarchy.MountPoint}{hierarchy.OwnPath}/cgroup.procs").Split('\n').Should()
                .Contain(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        CgroupHierarchy.DetectLayout().Should().Be(
            TestCgroup.UnifiedMountPoint == "/sys/fs/cgroup" ? CgroupLayout.V2 : CgroupLayout.V1);
    }
}
