// SPDX-License-Identifier: Apache-2.0
using System;
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

    private static string Outside(string name) => new FileInfo($"/proc/self/ns/{name}").LinkTarget!;
}
