// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>The rest of linux.resources, read back from the kernel; and the control group's own life.</summary>
[Trait("Category", "Vm")]
public sealed class ResourceTests : ContainerTest
{
    private static bool IsV2 => Host.Cgroups == CgroupMode.V2;

    [HostFact]
    public void BlockIo_Throttles_AreWritten()
    {
        string device = Directory.GetDirectories("/sys/block").Select(d => File.ReadAllText(Path.Combine(d, "dev")).Trim()).First();
        string[] numbers = device.Split(':');
        Bundle bundle = NewBundle("true");
        JsonArray Rate(int rate) => new(new JsonObject { ["major"] = int.Parse(numbers[0]), ["minor"] = int.Parse(numbers[1]), ["rate"] = rate });
        bundle.Resources["blockIO"] = new JsonObject
        {
            ["throttleReadBpsDevice"] = Rate(1 << 20), ["throttleWriteBpsDevice"] = Rate(2 << 20),
            ["throttleReadIOPSDevice"] = Rate(100), ["throttleWriteIOPSDevice"] = Rate(200),
        };
        using Container container = Create(bundle.Save());
        string cgroup = Cgroups.Of(container.Pid, "blkio");

        if (IsV2)
        {
            Cgroups.Read(cgroup, "io.max").Should().Be($"{device} rbps=1048576 wbps=2097152 riops=100 wiops=200");
            return;
        }

        Cgroups.Read(cgroup, "blkio.throttle.read_bps_device").Should().Be($"{device} 1048576");
        Cgroups.Read(cgroup, "blkio.throttle.write_bps_device").Should().Be($"{device} 2097152");
        Cgroups.Read(cgroup, "blkio.throttle.read_iops_device").Should().Be($"{device} 100");
        Cgroups.Read(cgroup, "blkio.throttle.write_iops_device").Should().Be($"{device} 200");
    }

    [HostFact(Needs.CgroupV2)]
    public void Unified_EveryLine_IsWritten()
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["memory"] = new JsonObject { ["limit"] = 33554432 };
        bundle.Resources["unified"] = new JsonObject
        {
            ["memory.max"] = "41943040", ["memory.high"] = "20971520", ["memory.min"] = "131072", ["pids.max"] = "42", ["cpu.max"] = "5000 50000",
            ["cpu.weight"] = "42", ["cgroup.max.depth"] = "3",
        };
        using Container container = Create(bundle.Save());
        string cgroup = Cgroups.Of(container.Pid, "memory");

        foreach ((string file, JsonNode? value) in bundle.Resources["unified"]!.AsObject())
        {
            Cgroups.Read(cgroup, file).Should().Be(value!.GetValue<string>());
        }
    }

    [HostTheory(Needs.CgroupV2)]
    [InlineData("memory/max", "1", "must be a file name (no slashes)")]
    [InlineData("memory", "1", "must be in the form CONTROLLER.PARAMETER")]
    [InlineData("memory.nothing", "1", "/linux/resources/unified/memory.nothing: writing \"1\" (hint: this kernel has no such file)")]
    [InlineData("nothing.max", "1", "(hint: controller \"nothing\" not available there)")]
    [InlineData("memory.max", "much", "/linux/resources/unified/memory.max: writing \"much\": write ")]
    public void Unified_WrongKeyOrValue_IsNamed(string key, string value, string problem)
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["unified"] = new JsonObject { [key] = value };

        Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain(problem);
        NothingIsLeft();
    }

    [HostFact(Needs.CgroupV1)]
    public void Unified_Version1_IsInvalid()
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["unified"] = new JsonObject { ["memory.min"] = "131072" };

        Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain("/linux/resources/unified: invalid configuration");
    }

    [HostFact]
    public void Hugepages_WithoutTheController_NameIt()
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["hugepageLimits"] = new JsonArray(new JsonObject { ["pageSize"] = "3MB", ["limit"] = 0 });

        Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain("/linux/resources/hugepageLimits/0: ").And.Contain("hugetlb");
        NothingIsLeft();
    }

    // config-linux.md: 0 is a limit. As with runc it is written as 1: the first process is there either way.
    [HostFact]
    public void Pids_Zero_LetsTheFirstProcessRunAlone()
    {
        Bundle bundle = NewShell("echo alone; sleep 0; echo after");
        bundle.Resources["pids"] = new JsonObject { ["limit"] = 0 };

        Outcome outcome = Run(bundle.Save());

        outcome.Output.Should().StartWith("alone\n");
        outcome.Error.Should().Contain("can't fork");
    }

    [HostFact]
    public void Memory_SmallestLimit_RunsTrue()
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["memory"] = new JsonObject { ["limit"] = 512 << 10 };

        Run(bundle.Save()).Status.Should().Be(0);
    }

    [HostTheory]
    [InlineData("create")]
    [InlineData("run")]
    public void Memory_TooSmallForTheFirstProcess_SaysSo(string command)
    {
        Bundle bundle = NewBundle("true");
        bundle.Resources["memory"] = new JsonObject { ["limit"] = 16 << 10 };

        Ocirun.Fail(command, "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain("container init was OOM-killed (memory limit too low?)");
        NothingIsLeft();
    }

    [HostFact]
    public void Memory_TooSmallSinceCreate_StartSaysSo()
    {
        // execve(2) copies the environment: more than it could free.
        Bundle bundle = NewBundle("true");
        for (int i = 0; i < 12; i++)
        {
            bundle.Process["env"]!.AsArray().Add($"LARGE{i}={new string('x', 100_000)}");
        }

        using Container container = Create(bundle.Save());
        string cgroup = Cgroups.Of(container.Pid, "memory");
        if (IsV2)
        {
            File.WriteAllText(Path.Combine(cgroup, "memory.max"), Cgroups.Read(cgroup, "memory.current"));
        }
        else
        {
            Shrink(cgroup);
        }

        Ocirun.Fail("start", container.Id).Error.Should().Contain("before the program ran: container init was OOM-killed (memory limit too low?)");
    }

    [HostFact]
    public void Cgroup_ProcessesBelowIt_IsRefused()
    {
        string id = NewId();
        Bundle inner = NewBundle("/guest", "sleep");
        inner.Linux["cgroupsPath"] = $"/{id}-outer/inner";
        using Container container = Own(new Container(Ocirun, id, Own(Ocirun.Start("create", "--bundle", inner.Save().Folder, id))));
        Bundle outer = NewBundle("true");
        outer.Linux["cgroupsPath"] = $"/{id}-outer";

        Ocirun.Fail("run", "--bundle", outer.Save().Folder, NewId()).Error.Should().Contain("container's cgroup is not empty");
    }

    [HostFact]
    public void Cgroup_Frozen_IsRefused()
    {
        string id = NewId();
        string folder = IsV2 ? $"/sys/fs/cgroup/{id}-frozen" : $"/sys/fs/cgroup/freezer/{id}-frozen";
        _ = Directory.CreateDirectory(folder);
        try
        {
            File.WriteAllText(Path.Combine(folder, IsV2 ? "cgroup.freeze" : "freezer.state"), IsV2 ? "1" : "FROZEN");
            Bundle bundle = NewBundle("true");
            bundle.Linux["cgroupsPath"] = $"/{id}-frozen";

            Ocirun.Fail("run", "--bundle", bundle.Save().Folder, id).Error.Should().Contain("container's cgroup unexpectedly frozen");
        }
        finally
        {
            Directory.Delete(folder);
        }
    }

    // What a container makes of its own group goes with it, wherever its processes have moved.
    [HostFact]
    public void Delete_GroupsMadeInside_AreRemoved()
    {
        string path = IsV2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/freezer";
        Bundle bundle = NewShell(
            $"mkdir -p {path}/a/b && sleep 1000 & sleep 1000 & echo $! >{path}/a/b/cgroup.procs; mkdir -p {path}/own; echo $$ >{path}/own/cgroup.procs; echo ready; wait");
        MakeWritable(bundle);
        using Container container = Create(bundle.Save()).Start();
        container.Output.ReadLine().Should().Be("ready");
        if (!IsV2)
        {
            File.WriteAllText(Directory.GetDirectories(Path.GetDirectoryName(Cgroups.Of(container.Pid, "freezer"))!).First(d => d.EndsWith("/a", StringComparison.Ordinal)) + "/freezer.state", "FROZEN");
        }

        _ = Ocirun.Succeed("delete", "--force", container.Id);

        NothingIsLeft();
    }

    [HostFact(Needs.CgroupV2)]
    public void Cgroup_OfAnotherUser_IsGivenToThatUser()
    {
        Bundle bundle = NewShell("mkdir /sys/fs/cgroup/own && rmdir /sys/fs/cgroup/own && stat -c %u /sys/fs/cgroup /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/memory.max");
        bundle.Process["user"] = new JsonObject { ["uid"] = 1234, ["gid"] = 1234 };
        MakeWritable(bundle);

        OutputOf(bundle.Save()).Should().Be("1234\n1234\n0\n");
    }

    [HostFact(Needs.CgroupV2)]
    public void Cgroup_ReadOnlyOrShared_StaysRoots()
    {
        Bundle bundle = NewShell("stat -c %u /sys/fs/cgroup");
        bundle.Process["user"] = new JsonObject { ["uid"] = 1234, ["gid"] = 1234 };
        OutputOf(bundle.Save()).Should().Be("0\n");
        MakeWritable(bundle);
        bundle.RemoveNamespace("cgroup");
        OutputOf(bundle.Save()).Should().Be("0\n");
    }

    // Podman's containers without a group: what limits there are can't be kept, and nothing is made.
    [HostFact]
    public void CgroupManager_Disabled_MakesNone()
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        bundle.Resources["pids"] = new JsonObject { ["limit"] = 100 };
        string id = NewId();
        using Container container = Own(new Container(Ocirun, id, Own(Ocirun.Start("--cgroup-manager", "disabled", "create", "--bundle", bundle.Save().Folder, id))));

        Cgroups.Containing(id).Should().BeEmpty();
        File.ReadAllText($"/proc/{container.Pid}/cgroup").Should().Be(File.ReadAllText("/proc/self/cgroup"));
        container.Start().Status.Should().Be("running");
        Ocirun.Fail("pause", id).Error.Should().Contain("it has no cgroup");
        Ocirun.Fail("ps", id).Error.Should().Contain("it has no cgroup");
        Ocirun.Fail("update", "--pids-limit", "5", id).Error.Should().Contain("the container has no cgroup");
        _ = Ocirun.Succeed("kill", id, "KILL");
        _ = container.WaitForExit();
        _ = Ocirun.Succeed("delete", id);
    }

    // Down to what can't be taken away: the next page is one too many.
    private static void Shrink(string cgroup)
    {
        try
        {
            for (long bytes = long.Parse(Cgroups.Read(cgroup, "memory.usage_in_bytes")); bytes > 0; bytes -= 4096)
            {
                File.WriteAllText(Path.Combine(cgroup, "memory.limit_in_bytes"), $"{bytes}");
            }
        }
        catch (IOException)
        {
            // EBUSY: it uses more than that.
        }
    }

    private static void MakeWritable(Bundle bundle)
    {
        JsonNode mount = bundle.Mounts.First(m => m!["destination"]!.GetValue<string>() == "/sys/fs/cgroup")!;
        JsonArray options = mount["options"]!.AsArray();
        _ = options.Remove(options.First(o => o!.GetValue<string>() == "ro"));
        if (!bundle.Linux["namespaces"]!.AsArray().Any(n => n!["type"]!.GetValue<string>() == "cgroup"))
        {
            bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "cgroup" });
        }
    }
}
