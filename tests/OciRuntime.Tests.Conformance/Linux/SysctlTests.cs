// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

public sealed class SysctlTests : ContainerTest
{
    // With either separator, as sysctl(8) has it.
    [HostTheory]
    [InlineData("kernel.msgmax", "4711")]
    [InlineData("kernel/shmmni", "4095")]
    [InlineData("kernel.sem", "200\t32000\t100\t120")]
    [InlineData("fs.mqueue.msg_max", "11")]
    [InlineData("net.ipv4.ip_forward", "1")]
    [InlineData("net/ipv4/conf/lo/forwarding", "1")]
    [InlineData("kernel.domainname", "example.org")]
    public void Sysctl_OfANamespace_IsSetInsideAndNotOutside(string name, string value)
    {
        string file = $"/proc/sys/{name.Replace('.', '/')}";
        string before = System.IO.File.ReadAllText(file);

        OutputOf(NewWith(name, value).Args("cat", file)).TrimEnd('\n').Should().Be(value);

        System.IO.File.ReadAllText(file).Should().Be(before);
    }

    [HostFact]
    public void Sysctl_OfTheUserNamespace_IsSet()
    {
        Bundle bundle = NewWith("user.max_uts_namespaces", "3").With(b =>
        {
            b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" });
            b.Linux["uidMappings"] = new JsonArray(new JsonObject { ["containerID"] = 0, ["hostID"] = 0, ["size"] = 1000 });
            b.Linux["gidMappings"] = b.Linux["uidMappings"]!.DeepClone();
        });

        OutputOf(bundle.Args("cat", "/proc/sys/user/max_uts_namespaces")).Should().Be("3\n");
    }

    [HostTheory]
    [InlineData("net.ipv4.ip_forward", "many", "EINVAL (invalid argument)")]
    [InlineData("net.ipv4.no_such_thing", "1", "ENOENT (no such file or directory)")]
    public void Sysctl_KernelRefuses_FailsAndLeavesNothing(string name, string value, string reason)
    {
        Outcome outcome = Run(NewWith(name, value));

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain($"(/linux/sysctl/{name})").And.Contain(reason);
        NothingIsLeft();
    }

    // A path that leads to the runtime's own namespace gives the container none of its own.
    [HostTheory]
    [InlineData("network", "net", "net.ipv4.ip_forward", "1")]
    [InlineData("ipc", "ipc", "kernel.msgmax", "4711")]
    [InlineData("uts", "uts", "kernel.domainname", "example.org")]
    public void Sysctl_JoinedNamespaceIsTheHosts_IsRefused(string type, string name, string sysctl, string value)
    {
        Outcome outcome = Run(NewWith(sysctl, value).With(b =>
        {
            b.RemoveNamespace(type);
            b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = type, ["path"] = $"/proc/{Environment.ProcessId}/ns/{name}" });
        }));

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain($"/linux/sysctl/{sysctl}").And.Contain("is not allowed in the host's namespace");
        NothingIsLeft();
    }

    private Bundle NewWith(string name, string value) => NewBundle().With(b => b.Linux["sysctl"] = new JsonObject { [name] = value });
}
