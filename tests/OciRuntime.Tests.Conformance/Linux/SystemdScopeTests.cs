// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>The systemd driver with the host's systemd: the scope, its properties, its end.</summary>
[Trait("Category", "Vm")]
public sealed class SystemdScopeTests : ContainerTest
{
    [HostFact(Needs.Systemd)]
    public void Scope_NoPath_IsNamedAfterTheContainerAndHasItsProcess()
    {
        using Container container = CreateScope(NewBundle("true"));
        string unit = UnitOf(container.Id);

        Systemd.Show(unit, "ActiveState").Should().Be("active");
        Systemd.Show(unit, "ControlGroup").Should().Be($"/system.slice/{unit}");
        Systemd.Show(unit, "Delegate").Should().Be("yes");
        Systemd.Show(unit, "DefaultDependencies").Should().Be("no");
        Systemd.Show(unit, "Description").Should().Be($"ocirun container {container.Id}");
        foreach (string controller in Controllers)
        {
            string cgroup = Cgroups.Of(container.Pid, controller);
            cgroup.Should().EndWith($"/system.slice/{unit}");
            Cgroups.Processes(cgroup).Should().Equal(container.Pid);
        }

        // The driver is in the record: no flag here.
        _ = Ocirun.Succeed("start", container.Id);
        container.WaitForExit().Should().Be(0);
        _ = Ocirun.Succeed("delete", container.Id);
        Systemd.Knows(unit).Should().BeFalse();
        NothingIsLeft();
    }

    [HostFact(Needs.Systemd)]
    public void Scope_Path_IsInItsSlice()
    {
        string id = NewId();
        Bundle bundle = NewBundle("true").With(b => b.Linux["cgroupsPath"] = $"ocirun-test.slice:pre:{id}");
        using Container container = new(Ocirun, id, Own(Ocirun.Start("--cgroup-manager", "systemd", "create", "--bundle", bundle.Folder, id)));

        Systemd.Show($"pre-{id}.scope", "Slice").Should().Be("ocirun-test.slice");
        Cgroups.Of(container.Pid, Controllers[0]).Should().EndWith($"/ocirun.slice/ocirun-test.slice/pre-{id}.scope");
        _ = Ocirun.Succeed("delete", "--force", id);
        Systemd.Knows($"pre-{id}.scope").Should().BeFalse();
        NothingIsLeft();
    }

    [HostFact(Needs.Systemd)]
    public void Run_Foreground_LeavesNothing()
    {
        string id = NewId();

        Outcome outcome = Ocirun.Run("--systemd-cgroup", "run", "--bundle", NewBundle("cat", "/proc/self/cgroup").Folder, id);

        outcome.Status.Should().Be(0, "{0}", outcome);
        outcome.Output.Should().NotContain(id, "a cgroup namespace hides the scope");
        Systemd.Knows(UnitOf(id)).Should().BeFalse();
        NothingIsLeft();
    }

    [HostFact(Needs.Systemd)]
    public void Delete_RunningWithOtherProcesses_EndsThemAll()
    {
        Bundle bundle = NewShell("trap '' TERM; sleep 1000 & while :; do sleep 1000; done").With(b => b.RemoveNamespace("pid"));
        using Container container = CreateScope(bundle);
        container.Start();

        // Processes that ignore TERM: systemd alone would wait for them.
        _ = Ocirun.Succeed("delete", "--force", container.Id);

        Systemd.Knows(UnitOf(container.Id)).Should().BeFalse();
        NothingIsLeft();
    }

    [HostFact(Needs.Systemd)]
    public void Limits_AreInTheFilesAndInTheUnit()
    {
        Bundle bundle = NewBundle("true").With(b =>
        {
            b.Resources["memory"] = new JsonObject { ["limit"] = 64 << 20 };
            b.Resources["cpu"] = new JsonObject { ["quota"] = 25100, ["period"] = 50000, ["shares"] = 512, ["cpus"] = "0" };
            b.Resources["pids"] = new JsonObject { ["limit"] = 33 };
        });
        using Container container = CreateScope(bundle);
        string unit = UnitOf(container.Id);
        string[] properties = [IsV2 ? "MemoryMax" : "MemoryLimit", "TasksMax", "CPUQuotaPerSecUSec", IsV2 ? "CPUWeight" : "CPUShares", "AllowedCPUs"];

        // A quota in whole percents.
        properties.Should().AllSatisfy(p => Systemd.Show(unit, p).Should().BeOneOf($"{64 << 20}", "33", "510ms", IsV2 ? "59" : "512", "0"));
        ReadLimits(container.Pid).Should().Equal(Limits);

        // systemd writes them again, from its properties.
        Systemd.Reload();
        ReadLimits(container.Pid).Should().Equal(Limits);
    }

    [HostFact(Needs.Systemd)]
    public void Update_ChangesTheFilesAndTheUnit()
    {
        Bundle bundle = NewBundle("true").With(b => b.Resources["cpu"] = new JsonObject { ["quota"] = 20000, ["period"] = 50000 });
        using Container container = CreateScope(bundle);

        _ = Ocirun.Succeed(
            "update", "--memory", "64m", "--pids-limit", "33", "--cpu-quota", "25100", "--cpu-share", "512", "--cpuset-cpus", "0", container.Id);

        ReadLimits(container.Pid).Should().Equal(Limits);
        Systemd.Show(UnitOf(container.Id), "CPUQuotaPerSecUSec").Should().Be("510ms");
        Systemd.Reload();
        ReadLimits(container.Pid).Should().Equal(Limits);
    }

    [HostFact(Needs.Systemd)]
    public void DeviceRules_AfterDaemonReload_HoldStill()
    {
        Bundle bundle = DeviceShell().With(b => b.Resources["devices"]!.AsArray().Add(
            new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = 1, ["minor"] = 11, ["access"] = "rw" }));
        using Container container = CreateScope(bundle);
        container.Start();
        Devices(container).Should().Be("kmsg opens\nmem refused\nnull opens\n");

        Systemd.Reload();

        Devices(container).Should().Be("kmsg opens\nmem refused\nnull opens\n");
        Systemd.Show(UnitOf(container.Id), "DevicePolicy").Should().Be("strict");
    }

    // systemd can't say exceptions: our own program decides, and a reload does not take it away.
    [HostFact(Needs.Systemd | Needs.CgroupV2)]
    public void DeviceRules_ExceptionsAfterDaemonReload_HoldStill()
    {
        Bundle bundle = DeviceShell().With(b => b.Resources["devices"] = new JsonArray(
            new JsonObject { ["allow"] = true, ["access"] = "rwm" },
            new JsonObject { ["allow"] = false, ["type"] = "c", ["major"] = 1, ["minor"] = 1, ["access"] = "rwm" }));
        using Container container = CreateScope(bundle);
        container.Start();
        Devices(container).Should().Be("kmsg opens\nmem refused\nnull opens\n");

        Systemd.Reload();

        Devices(container).Should().Be("kmsg opens\nmem refused\nnull opens\n");
    }

    [HostFact(Needs.Systemd)]
    public void Annotations_AreProperties()
    {
        Bundle bundle = NewBundle("true").With(b => b.Config["annotations"] = new JsonObject
        {
            ["org.systemd.property.TimeoutStopSec"] = "7",
            ["org.systemd.property.CollectMode"] = "'inactive-or-failed'",
        });
        using Container container = CreateScope(bundle);

        Systemd.Show(UnitOf(container.Id), "TimeoutStopUSec").Should().Be("7s");
        Systemd.Show(UnitOf(container.Id), "CollectMode").Should().Be("inactive-or-failed");
    }

    [HostFact(Needs.Systemd)]
    public void Annotation_UnknownToSystemd_FailsWithItsPlaceAndLeavesNothing()
    {
        string id = NewId();
        Bundle bundle = NewBundle("true").With(b => b.Config["annotations"] = new JsonObject { ["org.systemd.property.NoSuchThing"] = "true" });

        Ocirun.Fail("--systemd-cgroup", "create", "--bundle", bundle.Folder, id).Error.Should().Contain("/annotations/org.systemd.property.NoSuchThing");

        Systemd.Knows(UnitOf(id)).Should().BeFalse();
        NothingIsLeft();
    }

    [HostFact(Needs.Systemd)]
    public void Delete_KilledForMemory_ForgetsTheFailedUnit()
    {
        Bundle bundle = NewBundle("/guest", "alloc", $"{64 << 20}").With(b => b.Resources["memory"] = new JsonObject { ["limit"] = 32 << 20 });
        using Container container = CreateScope(bundle);

        container.Start().WaitForExit().Should().Be(-Signals.Kill);
        _ = Ocirun.Succeed("delete", container.Id);

        Systemd.Knows(UnitOf(container.Id)).Should().BeFalse();
        NothingIsLeft();
    }

    [HostFact(Needs.Systemd)]
    public void Create_UnitIsTaken_FailsAndLeavesItAlone()
    {
        using Container container = CreateScope(NewBundle("true"));
        Bundle bundle = NewBundle("true").With(b => b.Linux["cgroupsPath"] = $":ocirun:{container.Id}");

        _ = Ocirun.Fail("--systemd-cgroup", "create", "--bundle", bundle.Folder, NewId());

        Systemd.Show(UnitOf(container.Id), "ActiveState").Should().Be("active");
        container.Status.Should().Be("created");
    }

    [HostFact(Needs.Systemd)]
    public void Delete_BusIsStalled_FailsInBoundedTimeAndCanBeDoneAgain()
    {
        using Container container = CreateScope(NewBundle("sleep", "1000"));
        using DescriptorSocket silent = new(Path.Combine(Folder, "bus"));

        Outcome outcome = Ocirun.RunWith(
            l => l with { Environment = [.. l.Environment, $"DBUS_SYSTEM_BUS_ADDRESS=unix:path={silent.Path}", "SYSTEMD_BUS_TIMEOUT=1"] },
            "delete", "--force", container.Id);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("no answer from systemd").And.Contain(UnitOf(container.Id));
        _ = Ocirun.Succeed("delete", "--force", container.Id);
        Systemd.Knows(UnitOf(container.Id)).Should().BeFalse();
        NothingIsLeft();
    }

    [HostFact(Needs.Systemd)]
    public void CreateAndDelete_BusIsStopped_AreWithoutIt()
    {
        int[] buses = [.. Systemd.Buses()];
        buses.Should().NotBeEmpty();
        try
        {
            System.Array.ForEach(buses, pid => Native.Kill(pid, Signals.Stop));
            using Container container = CreateScope(NewBundle("true"));
            _ = Ocirun.Succeed("delete", "--force", container.Id);
        }
        finally
        {
            System.Array.ForEach(buses, pid => Native.Kill(pid, Signals.Continue));
        }

        NothingIsLeft();
    }

    private static bool IsV2 => Host.Cgroups == CgroupMode.V2;

    private static string[] Controllers => IsV2 ? [string.Empty] : ["name=systemd", "cpu", "cpuset", "memory", "devices", "freezer", "pids"];

    private static string[] Limits => ["67108864", "33", IsV2 ? "25500 50000" : "25500", IsV2 ? "59" : "512", "0"];

    private static string[] ReadLimits(int pid) =>
    [
        Cgroups.Read(Cgroups.Of(pid, "memory"), IsV2 ? "memory.max" : "memory.limit_in_bytes"),
        Cgroups.Read(Cgroups.Of(pid, "pids"), "pids.max"),
        Cgroups.Read(Cgroups.Of(pid, "cpu"), IsV2 ? "cpu.max" : "cpu.cfs_quota_us"),
        Cgroups.Read(Cgroups.Of(pid, "cpu"), IsV2 ? "cpu.weight" : "cpu.shares"),
        Cgroups.Read(Cgroups.Of(pid, "cpuset"), "cpuset.cpus"),
    ];

    private static string UnitOf(string id) => $"ocirun-{id}.scope";

    private Container CreateScope(Bundle bundle)
    {
        string id = NewId();
        return Own(new Container(Ocirun, id, Own(Ocirun.Start("--systemd-cgroup", "create", "--bundle", bundle.Folder, id))));
    }

    private string Devices(Container container) => Ocirun.Succeed("exec", container.Id, "sh", "-c", """
        for device in kmsg mem null; do
            error=$( (: < /dev/shm/$device) 2>&1 )
            case "$error" in
                *'Operation not permitted'*) echo $device refused ;;
                *) echo $device opens ;;
            esac
        done
        """).Output;

    private Bundle DeviceShell() =>
        NewShell("mknod /dev/shm/kmsg c 1 11; mknod /dev/shm/mem c 1 1; mknod /dev/shm/null c 1 3; exec sleep 1000").With(b =>
        {
            b.SetCapabilities("CAP_MKNOD", "CAP_DAC_OVERRIDE", "CAP_SYS_RAWIO", "CAP_SYS_ADMIN", "CAP_SYSLOG");
            foreach (JsonNode? mount in b.Mounts)
            {
                if (mount!["destination"]!.GetValue<string>() == "/dev/shm")
                {
                    mount["options"] = Bundle.Array("nosuid", "noexec", "mode=1777");
                }
            }
        });
}
