// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

public sealed class NamespaceTests : ContainerTest
{
    [HostTheory]
    [InlineData("pid")]
    [InlineData("net")]
    [InlineData("ipc")]
    [InlineData("uts")]
    [InlineData("mnt")]
    [InlineData("cgroup")]
    [Trait("Category", "Vm")]
    public void Namespace_OfTheDefaultConfig_IsNew(string name) =>
        Inside(NewBundle(), name).Should().NotBe(Outside(name));

    [HostTheory]
    [InlineData("user")]
    [InlineData("time")]
    public void Namespace_NotInTheConfig_IsTheHosts(string name) =>
        Inside(NewBundle(), name).Should().Be(Outside(name));

    [HostTheory]
    [InlineData("network", "net")]
    [InlineData("ipc", "ipc")]
    [InlineData("uts", "uts")]
    public void Namespace_TakenOutOfTheConfig_IsTheHosts(string type, string name)
    {
        Bundle bundle = NewBundle();
        bundle.RemoveNamespace(type);
        if (type == "uts")
        {
            _ = bundle.Config.Remove("hostname");
        }

        if (type == "ipc")
        {
            // mqueue shows the IPC namespace that it is mounted in; the host's can't be changed from there, but is none of the test's business.
            bundle.Mounts.RemoveAt(4);
        }

        Inside(bundle.Save(), name).Should().Be(Outside(name));
    }

    [HostTheory]
    [InlineData("network", "net")]
    [InlineData("ipc", "ipc")]
    [InlineData("uts", "uts")]
    [InlineData("pid", "pid")]
    public void Namespace_Path_IsJoined(string type, string name)
    {
        using Container other = Create(NewBundle("true"));
        Bundle bundle = NewBundle("/guest", "report", "namespaces");
        bundle.RemoveNamespace(type);
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = type, ["path"] = $"/proc/{other.Pid}/ns/{name}" });

        string expected = new FileInfo($"/proc/{other.Pid}/ns/{name}").LinkTarget!;

        Inside(bundle.Save(), name).Should().Be(expected);
    }

    [HostFact]
    public void Namespace_PathOfAnotherType_FailsAndLeavesNothing()
    {
        Bundle bundle = NewBundle("true");
        bundle.RemoveNamespace("network");
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "network", ["path"] = "/proc/self/ns/ipc" });

        _ = Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId());
        NothingIsLeft();
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Time_Offsets_ShiftTheClocks()
    {
        const int Day = 86_400;
        Bundle bundle = NewShell("cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets; readlink /proc/self/ns/time");
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "time" });
        bundle.Linux["timeOffsets"] = new JsonObject
        {
            ["boottime"] = new JsonObject { ["secs"] = Day },
            ["monotonic"] = new JsonObject { ["secs"] = 7, ["nanosecs"] = 500 },
        };
        double before = Uptime();

        string[] lines = OutputOf(bundle.Save()).Split('\n');

        double.Parse(lines[0], CultureInfo.InvariantCulture).Should().BeInRange(Math.Floor(before) + Day, Uptime() + Day);
        lines[1].Should().MatchRegex("^monotonic +7 +500$");
        lines[2].Should().MatchRegex($"^boottime +{Day} +0$");
        lines[3].Should().NotBe(Outside("time"));
    }

    [HostFact]
    public void Time_OffsetBeforeTheBoot_FailsWithItsPathAndLeavesNothing()
    {
        Bundle bundle = NewBundle("true");
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "time" });
        bundle.Linux["timeOffsets"] = new JsonObject { ["boottime"] = new JsonObject { ["secs"] = -1_000_000_000 } };

        Outcome outcome = Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId());

        outcome.Error.Should().Contain("/linux/timeOffsets").And.EndWith("ERANGE (numerical result out of range)\n");
        NothingIsLeft();
    }

    [HostFact]
    public void Time_Path_IsJoined()
    {
        Bundle first = NewBundle("true");
        first.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "time" });
        using Container other = Create(first.Save());
        Bundle bundle = NewBundle();
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "time", ["path"] = $"/proc/{other.Pid}/ns/time" });

        string expected = new FileInfo($"/proc/{other.Pid}/ns/time").LinkTarget!;

        Inside(bundle.Save(), "time").Should().Be(expected);
    }

    // Its mounts are in nobody's tree: the invariants of each test compare the host's mounts before and after.
    [HostFact]
    [Trait("Category", "Vm")]
    public void Mount_TakenOutOfTheConfig_IsTheHostsAndTheHostSeesNoMount()
    {
        Bundle bundle = NewShell("readlink /proc/self/ns/mnt; echo x > /dev/null && ls /dev/pts && ls /sys/kernel/uevent_seqnum; exec /guest sleep");
        bundle.RemoveNamespace("mount");
        string[] before = File.ReadAllLines("/proc/self/mountinfo");
        using Container container = RunDetached(bundle.Save());

        container.Output.WaitFor("ready");
        string[] during = File.ReadAllLines("/proc/self/mountinfo");

        container.Output.Text.Should().StartWith($"{Outside("mnt")}\nptmx\n/sys/kernel/uevent_seqnum\n", "its mounts are there: {0}", container.Error.Text);
        during.Should().Equal(before);
        Ocirun.Succeed("exec", container.Id, "cat", "/proc/self/mounts").Output.Should().BeEmpty("what it sees is in no tree");
        Ocirun.Succeed("exec", container.Id, "sh", "-c", "ls -d /guest /proc/1").Output.Should().Be("/guest\n/proc/1\n");
    }

    [HostFact]
    public void Network_New_HasTheLoopbackUp() =>
        OutputOf(NewShell("cat /sys/class/net/lo/flags; ls /sys/class/net | grep -v -e sit -e tunl -e gre -e erspan -e ip -e teql | wc -l")).Should().StartWith("0x9\n");

    [HostTheory]
    [InlineData("a-host.name")]
    [InlineData("x")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void Hostname_Given_IsThatInside(string hostname)
    {
        string outside = Environment.MachineName;
        Bundle bundle = NewBundle();
        bundle.Config["hostname"] = hostname;

        Report(bundle.Save(), "hostname")["hostname"]!.GetValue<string>().Should().Be(hostname);
        Environment.MachineName.Should().Be(outside);
    }

    [HostFact]
    public void Domainname_Given_IsThatInside()
    {
        Bundle bundle = NewBundle("cat", "/proc/sys/kernel/domainname");
        bundle.Config["domainname"] = "example.org";

        OutputOf(bundle.Save()).Should().Be("example.org\n");
    }

    [HostFact]
    public void Hostname_NoUtsNamespace_Fails()
    {
        Bundle bundle = NewBundle("true");
        bundle.RemoveNamespace("uts");

        _ = Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId());
        NothingIsLeft();
    }

    private string Inside(Bundle bundle, string name) => Report(bundle, "namespaces")["namespaces"]![name]!.GetValue<string>();

    private static double Uptime() => double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);

    private static string Outside(string name) => new FileInfo($"/proc/self/ns/{name}").LinkTarget!;
}
