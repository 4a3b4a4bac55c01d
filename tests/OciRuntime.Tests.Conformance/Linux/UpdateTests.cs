// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

public sealed class UpdateTests : ContainerTest
{
    private const string Mebibyte = "1048576";

    private static bool IsV2 => Host.Cgroups == CgroupMode.V2;

    [HostFact]
    [Trait("Category", "Vm")]
    public void Update_Flags_AreWritten()
    {
        using Container container = Sleeper();

        _ = Ocirun.Succeed(
            "update", "--memory", "64M", "--memory-reservation", "0.5m", "--cpu-quota", "20000", "--cpu-period", "50000", "--cpu-share", "512",
            "--pids-limit", "33", "--cpuset-cpus", "0", container.Id);

        Read(container, "memory", "memory.max", "memory.limit_in_bytes").Should().Be("67108864");
        Read(container, "memory", "memory.low", "memory.soft_limit_in_bytes").Should().Be("524288");
        Cpu(container).Should().Be("20000 50000");
        Read(container, "cpu", "cpu.weight", "cpu.shares").Should().Be(IsV2 ? "59" : "512");
        Read(container, "pids", "pids.max", "pids.max").Should().Be("33");
        Read(container, "cpuset", "cpuset.cpus", "cpuset.cpus").Should().Be("0");
    }

    // An update changes what it names, and nothing that somebody else set meanwhile.
    [HostFact]
    [Trait("Category", "Vm")]
    public void Update_OneLimit_LeavesTheOthers()
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        bundle.Resources["pids"] = new JsonObject { ["limit"] = 20 };
        using Container container = Sleeper(bundle.Save());
        string pids = Path.Combine(Cgroups.Of(container.Pid, "pids"), "pids.max");
        File.WriteAllText(pids, "21");

        _ = Ocirun.Succeed("update", "--memory", "64M", container.Id);

        File.ReadAllText(pids).Should().Be("21\n");
    }

    [HostTheory]
    [Trait("Category", "Vm")]
    [InlineData("--cpu-period", "25000", "-1 25000")]
    [InlineData("--cpu-quota", "30000", "30000 100000")]
    public void Update_QuotaOrPeriod_KeepsTheOther(string flag, string value, string expected)
    {
        using Container container = Sleeper();

        _ = Ocirun.Succeed("update", flag, value, container.Id);

        Cpu(container).Should().Be(IsV2 ? expected.Replace("-1", "max", System.StringComparison.Ordinal) : expected);
    }

    // Up and down: what has to be written first differs, whatever the kernel compares: memory with swap, quota with burst.
    [HostFact]
    [Trait("Category", "Vm")]
    public void Update_LimitsThatBoundEachOther_UpAndDown()
    {
        using Container container = Sleeper();
        (string Memory, string Swap)[] steps = [("32M", "64M"), ("128M", "256M"), ("16M", "32M"), ("-1", "-1"), ("64M", "64M")];
        foreach ((string memory, string swap) in steps)
        {
            _ = Ocirun.Succeed("update", "--memory", memory, "--memory-swap", swap, container.Id);
        }

        Read(container, "memory", "memory.max", "memory.limit_in_bytes").Should().Be("67108864");
        foreach ((string quota, string burst) in ((string, string)[])[("20000", "15000"), ("50000", "40000"), ("5000", "5000"), ("90000", "1000")])
        {
            _ = Ocirun.Succeed("update", "--cpu-quota", quota, "--cpu-burst", burst, container.Id);
        }

        Cpu(container).Should().Be("90000 100000");
        Read(container, "cpu", "cpu.max.burst", "cpu.cfs_burst_us").Should().Be("1000");
        _ = Ocirun.Succeed("update", "--memory", "-1", container.Id);
        Read(container, "memory", "memory.max", "memory.limit_in_bytes").Should().Be(IsV2 ? "max" : "9223372036854771712");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Update_IdleAndShares_InAnyState()
    {
        using Container container = Sleeper();
        string cgroup = Cgroups.Of(container.Pid, "cpu");
        foreach (string idle in (string[])["1", "0", "1"])
        {
            _ = Ocirun.Succeed("update", "--cpu-idle", idle, container.Id);
            Cgroups.Read(cgroup, "cpu.idle").Should().Be(idle);
        }

        // An idle group takes no weight until it is idle no more.
        _ = Ocirun.Succeed("update", "--cpu-idle", "0", "--cpu-share", "2048", container.Id);
        Read(container, "cpu", "cpu.weight", "cpu.shares").Should().Be(IsV2 ? "174" : "2048");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Update_FromFileAndStandardInput_TakesJson()
    {
        using Container container = Sleeper();
        string file = Path.Combine(Folder, "resources.json");
        File.WriteAllText(file, """{"pids":{"limit":41},"memory":{"limit":67108864},"devices":[{"allow":false,"access":"rwm"}]}""");

        // The flags beside it do not count.
        _ = Ocirun.Succeed("update", "--resources", file, "--pids-limit", "99", container.Id);
        Read(container, "pids", "pids.max", "pids.max").Should().Be("41");

        (Descriptor input, Descriptor output) = Descriptor.Pipe();
        using (input)
        {
            output.Write("{\"pids\":{\"limit\":42}}");
            output.Dispose();
            Ocirun.RunWith(l => l with { Input = input }, "update", "-r", "-", container.Id).Status.Should().Be(0);
        }

        Read(container, "pids", "pids.max", "pids.max").Should().Be("42");
        Read(container, "memory", "memory.max", "memory.limit_in_bytes").Should().Be("67108864");
    }

    // The devices of a running container are those of its config, whatever a document for update says of them.
    [HostFact]
    [Trait("Category", "Vm")]
    public void Update_Devices_StayAsTheyAre()
    {
        Bundle bundle = NewShell("while read line; do head -c 1 /dev/zero >/dev/null && echo fine || echo refused; done");
        (Descriptor input, Descriptor output) = Descriptor.Pipe();
        string id = NewId();
        using Container container = Own(new Container(Ocirun, id, Own(Ocirun.StartWith(l => l with { Input = input }, "create", "--bundle", bundle.Folder, id))));
        _ = container.Start();
        string file = Path.Combine(Folder, "resources.json");
        File.WriteAllText(file, """{"pids":{"limit":41},"devices":[{"allow":false,"access":"rwm"}]}""");

        _ = Ocirun.Succeed("update", "--resources", file, id);

        using (output)
        {
            output.Write("go\n");
            container.Output.ReadLine().Should().Be("fine");
        }

        _ = container.WaitForExit();
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Update_OneOfManyRefused_SetsTheOthersBack()
    {
        using Container container = Sleeper();
        _ = Ocirun.Succeed("update", "--pids-limit", "50", container.Id);

        string error = Ocirun.Fail("update", "--resources", Json("""{"pids":{"limit":60},"blockIO":{"throttleReadBpsDevice":[{"major":999,"minor":999,"rate":5}]}}"""), container.Id).Error;

        error.Should().Contain("/blockIO/throttleReadBpsDevice/0: writing ").And.Contain("ENODEV");
        Read(container, "pids", "pids.max", "pids.max").Should().Be("50");
    }

    [HostTheory]
    [InlineData("--memory", "3x", "invalid value \"3x\" for --memory")]
    [InlineData("--memory", "-2", "invalid value \"-2\" for --memory")]
    [InlineData("--memory", "99999999999p", "invalid value \"99999999999p\" for --memory")]
    [InlineData("--cpu-quota", "many", "invalid value \"many\" for --cpu-quota")]
    [InlineData("--cpu-period", "-1", "invalid value \"-1\" for --cpu-period")]
    [InlineData("--cpu-period", "100", "--cpu-period: \"100\" is not within 1000 and 1000000 microseconds")]
    [InlineData("--cpu-idle", "2", "--cpu-idle: \"2\" is neither 0 nor 1")]
    [InlineData("--blkio-weight", "5", "--blkio-weight: \"5\" is not within 10 and 1000")]
    [InlineData("--cpuset-cpus", "1-x", "--cpuset-cpus: \"1-x\" is not a list such as 0-3,7")]
    [InlineData("--cpuset-cpus", "99999", "--cpuset-cpus: writing \"99999\"")]
    [InlineData("--l3-cache-schema", "L3:0=f", "updating a non-existent Intel RDT configuration is not supported")]
    [InlineData("--resources", "/no/such", "cannot read /no/such: ENOENT")]
    public void Update_WrongValue_IsNamedByItsFlag(string flag, string value, string problem)
    {
        using Container container = Sleeper();

        Ocirun.Fail("update", flag, value, container.Id).Error.Should().Contain(problem);
    }

    [HostTheory]
    [InlineData("""{"pids":5}""", "/pids: 5 is a number")]
    [InlineData("""[]""", "is an array")]
    [InlineData("""{"memory":{"limit":""", "line 1")]
    [InlineData("""{"hugepageLimits":[{"pageSize":"2M","limit":5}]}""", "/hugepageLimits/0/pageSize: \"2M\" is not a size")]
    public void Update_WrongDocument_IsNamedByItsPlace(string json, string problem)
    {
        using Container container = Sleeper();

        Ocirun.Fail("update", "--resources", Json(json), container.Id).Error.Should().Contain(problem);
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Update_PausedContainer_StaysPaused()
    {
        using Container container = Sleeper();
        _ = Ocirun.Succeed("pause", container.Id);

        _ = Ocirun.Succeed("update", "--pids-limit", "30", container.Id);

        container.Status.Should().Be("paused");
        Read(container, "pids", "pids.max", "pids.max").Should().Be("30");
    }

    [HostFact]
    public void Update_Stopped_SaysSo()
    {
        using Container container = Create(NewBundle("true")).Start();
        _ = container.WaitForExit();

        Ocirun.Fail("update", "--memory", Mebibyte, container.Id).Error.Should().Contain("container not running");
        Ocirun.Fail("update", "--memory", Mebibyte, NewId()).Error.Should().Contain("container does not exist");
    }

    [HostFact(Needs.CgroupV2)]
    [Trait("Category", "Vm")]
    public void Update_MemoryBelowUsage_IsRefusedIfChecked()
    {
        using Container container = Sleeper();

        Ocirun.Fail("update", "--resources", Json("""{"memory":{"limit":1024,"checkBeforeUpdate":true}}"""), container.Id)
            .Error.Should().Contain("/memory/limit: rejecting memory limit 1024 <= usage ");
        Ocirun.Fail("update", "--resources", Json("""{"memory":{"limit":1024,"swap":2048,"checkBeforeUpdate":true}}"""), container.Id)
            .Error.Should().Contain("/memory/swap: rejecting memory+swap limit 2048 <= usage ");
        container.Status.Should().Be("running");
    }

    private static string Read(Container container, string controller, string v2, string v1) =>
        Cgroups.Read(Cgroups.Of(container.Pid, controller), IsV2 ? v2 : v1);

    private static string Cpu(Container container)
    {
        string cgroup = Cgroups.Of(container.Pid, "cpu");
        return IsV2 ? Cgroups.Read(cgroup, "cpu.max") : $"{Cgroups.Read(cgroup, "cpu.cfs_quota_us")} {Cgroups.Read(cgroup, "cpu.cfs_period_us")}";
    }

    private string Json(string text)
    {
        string file = Path.Combine(Folder, "update.json");
        File.WriteAllText(file, text);
        return file;
    }

    private Container Sleeper() => Sleeper(NewBundle("/guest", "sleep"));

    private Container Sleeper(Bundle bundle)
    {
        Container container = Create(bundle).Start();
        container.Output.ReadLine().Should().Be("ready");
        return container;
    }
}
