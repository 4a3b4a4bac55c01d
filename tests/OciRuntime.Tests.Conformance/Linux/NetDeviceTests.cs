// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>linux.netDevices. The "host" is a network namespace of the test's own, in a mount namespace of its own; devices are veth pairs.</summary>
public sealed class NetDeviceTests : ContainerTest
{
    private const string MakeDevice = """
        ip link add dev v1 type veth
        ip link set v1 mtu 1400
        ip link set v1 address 02:00:00:00:00:11
        ip addr add 192.0.2.7/24 broadcast 192.0.2.255 dev v1
        ip addr add 192.0.2.8/32 dev v1
        ip addr add 2001:db8::7/64 dev v1
        ip addr add 127.0.0.33/8 scope host dev v1
        ip link set v1 up
        """;

    private string JoinedNetwork => Path.Combine(Folder, "net");

    // The loopback address of host scope, and the link-local one that IPv6 makes, stay behind.
    [HostFact]
    public void Device_Moved_KeepsWhatItHasAndIsUp()
    {
        Outcome outcome = RunBeside(MakeDevice, NewInside("ctr0", """{"v1": {"name": "ctr0"}}"""));

        outcome.Status.Should().Be(0, "{0}", outcome);
        Facts(outcome.Output).Should().Equal("mtu 1400", "UP", "ether 02:00:00:00:00:11", "inet 192.0.2.7/24 brd 192.0.2.255", "inet 192.0.2.8/32", "inet6 2001:db8::7/64");
        outcome.Output.Should().NotContain("host has");
    }

    [HostFact]
    public void Device_WithoutNewName_KeepsItsOwn() =>
        RunBeside(MakeDevice, NewInside("v1", """{"v1": {}}""")).Output.Should().Contain(" v1@").And.NotContain("host has");

    [HostFact]
    public void Device_Template_IsNumberedByTheKernel()
    {
        JoinOther("ip link add dev net0 type veth");

        Outcome outcome = RunBeside(MakeDevice, NewInside("net1", """{"v1": {"name": "net%d"}}""", joined: true));

        outcome.Status.Should().Be(0, "{0}", outcome);
        Facts(outcome.Output).Should().Contain("inet 192.0.2.7/24 brd 192.0.2.255");
    }

    // The devices there have the indexes that those here have.
    [HostFact]
    public void Device_IndexIsTaken_MovesAllTheSame()
    {
        JoinOther("ip link add dev a type veth\nip link add dev b type veth");

        Outcome outcome = RunBeside(MakeDevice, NewInside("v1", """{"v1": {}}""", joined: true));

        outcome.Status.Should().Be(0, "{0}", outcome);
        Facts(outcome.Output).Should().Contain("inet6 2001:db8::7/64");
    }

    [HostFact]
    public void Device_NameIsTaken_IsRefusedAndAllAreBack()
    {
        JoinOther("ip link add dev taken type veth");
        Bundle bundle = NewInside("v1", """{"v1": {"name": "first"}, "v2": {"name": "taken"}}""", joined: true);

        Outcome outcome = RunBeside($"{MakeDevice}\nip link add dev v2 type veth", bundle);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("moving the network device v2 (/linux/netDevices/v2): the container's network namespace has a device named taken already");
        IsBack(outcome);
    }

    // runtime.md, "Errors": as if it had never been attempted. Were it left to the kernel, the pair would be gone with the namespace.
    [HostFact]
    public void Device_CreateFailsLater_IsBack()
    {
        Bundle bundle = NewInside("v1", """{"v1": {"name": "ctr0"}}""").With(b =>
            b.Config["hooks"] = new JsonObject { ["createContainer"] = new JsonArray(new JsonObject { ["path"] = "/bin/false" }) });

        Outcome outcome = RunBeside(MakeDevice, bundle);

        outcome.Status.Should().Be(1);
        IsBack(outcome);
    }

    [HostTheory]
    [InlineData("nosuch", "the runtime's network namespace has no such device")]
    [InlineData("lo", "has a device named lo already")]
    public void Device_CantBeMoved_IsRefused(string name, string reason)
    {
        Outcome outcome = RunBeside(MakeDevice, NewInside("v1", $$"""{"v1": {"name": "ctr0"}, "{{name}}": {} }"""));

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain($"moving the network device {name} (/linux/netDevices/{name}): ").And.Contain(reason);
        IsBack(outcome);
    }

    // It would be renamed where it is.
    [HostFact]
    public void Device_JoinedNamespaceIsTheHosts_IsRefused()
    {
        Bundle bundle = NewInside("v1", """{"v1": {"name": "ctr0"}}""").With(b =>
        {
            b.RemoveNamespace("network");
            b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "network", ["path"] = "/proc/self/ns/net" });
        });

        Outcome outcome = RunBeside(MakeDevice, bundle);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("/linux/netDevices/v1: the device is in that network namespace already");
        outcome.Output.Should().Contain("host has v1").And.NotContain("ctr0");
    }

    // A bridge belongs to its namespace: the kernel says so.
    [HostFact]
    public void Device_OfThisNamespaceOnly_IsRefusedByTheKernel()
    {
        Outcome outcome = RunBeside($"{MakeDevice}\nip link add dev br1 type bridge", NewInside("v1", """{"v1": {}, "br1": {"name": "x"}}"""));

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("moving the network device br1 (/linux/netDevices/br1): netlink RTM_SETLINK x: EINVAL (invalid argument)");
        IsBack(outcome);
    }

    [HostFact]
    public void Device_IsThereForHooksAndSysctls()
    {
        Bundle bundle = NewInside("ctr0", """{"v1": {"name": "ctr0"}}""").With(b =>
        {
            b.Linux["sysctl"] = new JsonObject { ["net/ipv4/conf/ctr0/forwarding"] = "1" };
            b.Process["args"] = Bundle.Array("cat", "/proc/sys/net/ipv4/conf/ctr0/forwarding");
            b.Config["hooks"] = new JsonObject
            {
                ["createRuntime"] = new JsonArray(new JsonObject
                {
                    ["path"] = "/bin/sh",
                    ["args"] = Bundle.Array("sh", "-c", "nsenter -n -t $(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/') busybox ip link show ctr0"),
                    ["env"] = Bundle.Array("PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
                }),
            };
        });

        Outcome outcome = RunBeside(MakeDevice, bundle);

        outcome.Status.Should().Be(0, "{0}", outcome);
        outcome.Output.Should().StartWith("1\n");
    }

    [HostFact]
    public void Device_UserNamespace_IsMoved()
    {
        Bundle bundle = NewInside("ctr0", """{"v1": {"name": "ctr0"}}""").With(b =>
        {
            b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" });
            b.Linux["uidMappings"] = new JsonArray(new JsonObject { ["containerID"] = 0, ["hostID"] = 0, ["size"] = 1000 });
            b.Linux["gidMappings"] = b.Linux["uidMappings"]!.DeepClone();
        });

        Outcome outcome = RunBeside(MakeDevice, bundle);

        outcome.Status.Should().Be(0, "{0}", outcome);
        Facts(outcome.Output).Should().HaveCount(6);
    }

    // Its lifetime is that of the namespace, not of the container.
    [HostFact]
    public void Device_ContainerEnds_StaysInTheJoinedNamespace()
    {
        JoinOther("");

        Outcome outcome = RunBeside(MakeDevice, NewInside("ctr0", """{"v1": {"name": "ctr0"}}""", joined: true), $"nsenter --net={JoinedNetwork} busybox ip addr show ctr0");

        outcome.Status.Should().Be(0, "{0}", outcome);
        outcome.Output.Split("inet 192.0.2.7/24").Should().HaveCount(3, "in the container, and later in the namespace");
    }

    private static string[] Facts(string output) =>
    [
        .. output.Split('\n', ' ', '<', '>', ',').Contains("UP") ? [] : (string[])["DOWN"],
        .. new[] { "mtu 1400", "UP", "ether 02:00:00:00:00:11", "inet 192.0.2.7/24 brd 192.0.2.255", "inet 192.0.2.8/32", "inet6 2001:db8::7/64", "inet 127.0.0.33" }
            .Where(fact => output.Contains(fact, System.StringComparison.Ordinal)),
    ];

    private static void IsBack(Outcome outcome)
    {
        outcome.Output.Should().Contain("host has v1");
        Facts(outcome.Output).Should().Equal("mtu 1400", "UP", "ether 02:00:00:00:00:11", "inet 192.0.2.7/24 brd 192.0.2.255", "inet 192.0.2.8/32", "inet6 2001:db8::7/64");
    }

    /// <summary>A bundle that shows a device; the namespace of <see cref="JoinOther"/> is joined.</summary>
    private Bundle NewInside(string device, string netDevices, bool joined = false) => NewBundle("busybox", "ip", "addr", "show", device).With(b =>
    {
        b.Linux["netDevices"] = JsonNode.Parse(netDevices);
        if (joined)
        {
            b.RemoveNamespace("network");
            b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "network", ["path"] = JoinedNetwork });
        }
    });

    private string _joined = "";

    // Kept alive by a mount, which ends with the mount namespace.
    private void JoinOther(string script) => _joined =
        $"touch {JoinedNetwork}\nunshare -n sh -e -c 'mount --bind /proc/self/ns/net {JoinedNetwork}\n{script}'";

    /// <summary>Runs the bundle, and afterwards says what "the host" has of the device.</summary>
    private Outcome RunBeside(string script, Bundle bundle, string after = "")
    {
        string all = $$"""
            set -e
            ip() { busybox ip "$@"; }
            {{_joined.Replace("ip link", "busybox ip link", System.StringComparison.Ordinal)}}
            {{script}}
            set +e
            "$@"
            status=$?
            ip link show v1 >/dev/null 2>&1 && echo host has v1 && ip addr show v1
            {{after}}
            exit $status
            """;
        using ChildProcess process = Ocirun.StartUnder(
            ["unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", all, "sh"], "run", "--bundle", bundle.Folder, NewId());
        return process.Wait();
    }
}
