// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>By the cgroupfs driver, in the host's own hierarchies: v1 files where there are controllers, else v2's.</summary>
[Trait("Category", "Vm")]
public sealed class CgroupTests : ContainerTest
{
    private static readonly string[] s_controllers = ["cpu", "cpuset", "memory", "devices", "freezer", "blkio", "pids"];

    [HostFact]
    public void Cgroup_NoPath_IsNamedAfterTheContainer()
    {
        using Container container = Create(NewBundle("true"));

        foreach (string controller in Controllers)
        {
            string cgroup = Cgroups.Of(container.Pid, controller);
            Path.GetFileName(cgroup).Should().Be(container.Id);
            Cgroups.Processes(cgroup).Should().Equal(container.Pid);
        }
    }

    [HostFact]
    public void Cgroup_AbsolutePath_IsFromTheTop()
    {
        string id = NewId();
        Bundle bundle = NewBundle("true");
        bundle.Linux["cgroupsPath"] = $"/{id}-outer/{id}-inner";
        using Container container = new(Ocirun, id, Own(Ocirun.Start("create", "--bundle", bundle.Save().Folder, id)));

        foreach (string controller in Controllers)
        {
            Cgroups.Of(container.Pid, controller).Should().Be(Top(controller) + $"/{id}-outer/{id}-inner");
        }

        _ = Ocirun.Succeed("delete", "--force", id);
        Cgroups.Containing($"{id}-inner").Should().BeEmpty();
        // A parent that may be others', too, is left by every peer.
        Cgroups.Remove($"{id}-outer");
    }

    [HostFact]
    public void Cgroup_RelativePath_IsMadeAndRemoved()
    {
        string id = NewId();
        Bundle bundle = NewBundle("true");
        bundle.Linux["cgroupsPath"] = $"{id}-relative";
        using Container container = new(Ocirun, id, Own(Ocirun.Start("create", "--bundle", bundle.Save().Folder, id)));

        foreach (string controller in Controllers)
        {
            Cgroups.Of(container.Pid, controller).Should().EndWith($"/{id}-relative");
        }

        _ = Ocirun.Succeed("delete", "--force", id);
        NothingIsLeft();
    }

    [HostFact]
    public void Cgroup_PathWithDots_StaysBelowTheTop()
    {
        string id = NewId();
        Bundle bundle = NewBundle("true");
        bundle.Linux["cgroupsPath"] = $"/../../{id}-up";

        Outcome create = Ocirun.Run("create", "--bundle", bundle.Save().Folder, id);

        if (create.Status == 0)
        {
            Cgroups.Containing($"{id}-up").Should().NotBeEmpty().And.OnlyContain(c => c.StartsWith("/sys/fs/cgroup/", System.StringComparison.Ordinal));
        }

        _ = Ocirun.Succeed("delete", "--force", id);
        NothingIsLeft();
    }

    [HostFact]
    public void Cgroup_Namespace_ShowsTheRootInside()
    {
        JsonArray seen = Report(NewBundle(), "cgroups")["cgroups"]!.AsArray();

        seen.Where(c => Controllers.Intersect(c!["controllers"]!.GetValue<string>().Split(',')).Any() || Host.Cgroups == CgroupMode.V2)
            .Select(c => c!["path"]!.GetValue<string>()).Should().NotBeEmpty().And.OnlyContain(p => p == "/");
    }

    [HostFact]
    public void Pids_Limit_IsSetAndEnforced()
    {
        Bundle bundle = NewBundle("/guest", "forkbomb", "100");
        bundle.Resources["pids"] = new JsonObject { ["limit"] = 20 };
        using Container container = Create(bundle.Save());
        Cgroups.Read(Cgroups.Of(container.Pid, "pids"), "pids.max").Should().Be("20");

        container.Start().WaitForExit().Should().Be(0);

        JsonNode report = JsonNode.Parse(container.Output.ReadToEnd())!;
        report["forked"]!.GetValue<int>().Should().BeLessThan(20);
        report["errno"]!.GetValue<int>().Should().Be(11, "EAGAIN");
    }

    [HostTheory]
    [InlineData(-1, "max")]
    [InlineData(1000000, "1000000")]
    public void Pids_Limit_IsWritten(long limit, string file)
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["pids"] = new JsonObject { ["limit"] = limit };
        using Container container = Create(bundle.Save());

        Cgroups.Read(Cgroups.Of(container.Pid, "pids"), "pids.max").Should().Be(file);
    }

    [HostFact]
    public void Memory_Limit_IsSetAndEnforced()
    {
        const long Limit = 32 << 20;
        Bundle bundle = NewBundle("/guest", "alloc", $"{2 * Limit}");
        bundle.Resources["memory"] = new JsonObject { ["limit"] = Limit };
        using Container container = Create(bundle.Save());
        Cgroups.Read(Cgroups.Of(container.Pid, "memory"), IsV2 ? "memory.max" : "memory.limit_in_bytes").Should().Be($"{Limit}");

        container.Start().WaitForExit().Should().Be(-Signals.Kill, "the kernel ends what is over its limit");
    }

    [HostFact]
    public void Memory_ReservationAndSwap_AreWritten()
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["memory"] = new JsonObject { ["limit"] = 64 << 20, ["reservation"] = 32 << 20 };
        using Container container = Create(bundle.Save());
        string cgroup = Cgroups.Of(container.Pid, "memory");

        Cgroups.Read(cgroup, IsV2 ? "memory.low" : "memory.soft_limit_in_bytes").Should().Be($"{32 << 20}");
    }

    [HostFact]
    public void Memory_Unlimited_IsWritten()
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["memory"] = new JsonObject { ["limit"] = -1 };
        using Container container = Create(bundle.Save());

        string seen = Cgroups.Read(Cgroups.Of(container.Pid, "memory"), IsV2 ? "memory.max" : "memory.limit_in_bytes");

        seen.Should().Be(IsV2 ? "max" : "9223372036854771712");
    }

    [HostFact]
    public void Cpu_QuotaAndPeriod_AreWritten()
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["cpu"] = new JsonObject { ["quota"] = 25000, ["period"] = 50000 };
        using Container container = Create(bundle.Save());
        string cgroup = Cgroups.Of(container.Pid, "cpu");

        string seen = IsV2 ? Cgroups.Read(cgroup, "cpu.max") : $"{Cgroups.Read(cgroup, "cpu.cfs_quota_us")} {Cgroups.Read(cgroup, "cpu.cfs_period_us")}";

        seen.Should().Be("25000 50000");
    }

    [HostTheory]
    [InlineData(2UL, 1)]
    [InlineData(1024UL, 100)]
    [InlineData(262144UL, 10000)]
    public void Cpu_Shares_AreWritten(ulong shares, int weight)
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["cpu"] = new JsonObject { ["shares"] = shares };
        using Container container = Create(bundle.Save());
        string cgroup = Cgroups.Of(container.Pid, "cpu");

        // The weight of v2 is ceil(10^((log2(s)²+125·log2(s))/612 − 7/34)), as with runc from 1.3.2 and crun from 1.23.
        Cgroups.Read(cgroup, IsV2 ? "cpu.weight" : "cpu.shares").Should().Be(IsV2 ? $"{weight}" : $"{shares}");
    }

    [HostFact]
    public void Cpuset_CpusAndMems_AreWritten()
    {
        Bundle bundle = NewBundle("cat", "/proc/self/status");
        bundle.Resources["cpu"] = new JsonObject { ["cpus"] = "0", ["mems"] = "0" };

        string status = OutputOf(bundle.Save());

        status.Should().Contain("Cpus_allowed_list:\t0\n").And.Contain("Mems_allowed_list:\t0\n");
    }

    [HostFact]
    public void Limit_InvalidForTheKernel_FailsAndLeavesNothing()
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["cpu"] = new JsonObject { ["cpus"] = "99999" };

        _ = Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId());
        NothingIsLeft();
    }

    [HostFact]
    public void Cgroup_NotOfThisUser_FailsAndLeavesNothing()
    {
        Bundle bundle = NewBundle("true");
        bundle.Linux["cgroupsPath"] = "/no\0such";

        _ = Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId());
        NothingIsLeft();
    }

    private static bool IsV2 => Host.Cgroups == CgroupMode.V2;

    // Those that this machine has.
    private static string[] Controllers => IsV2 ? [string.Empty] : [.. s_controllers.Where(c => Directory.Exists($"/sys/fs/cgroup/{c}"))];

    private static string Top(string controller)
    {
        if (IsV2)
        {
            return "/sys/fs/cgroup";
        }

        string line = File.ReadAllLines("/proc/self/cgroup").First(l => l.Split(':')[1].Split(',').Contains(controller));
        return $"/sys/fs/cgroup/{line.Split(':')[1]}";
    }
}
