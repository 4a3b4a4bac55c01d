// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

public sealed class DeviceNodeTests : ContainerTest
{
    [HostTheory]
    [InlineData("null", 1, 3)]
    [InlineData("zero", 1, 5)]
    [InlineData("full", 1, 7)]
    [InlineData("random", 1, 8)]
    [InlineData("urandom", 1, 9)]
    [InlineData("tty", 5, 0)]
    public void Device_OfEveryContainer_IsThere(string name, int major, int minor)
    {
        JsonNode device = Devices(NewBundle())[$"/dev/{name}"]!;

        device["type"]!.GetValue<string>().Should().Be("c");
        device["major"]!.GetValue<int>().Should().Be(major);
        device["minor"]!.GetValue<int>().Should().Be(minor);
        device["mode"]!.GetValue<string>().Should().Be("666");
        device["uid"]!.GetValue<int>().Should().Be(0);
        device["gid"]!.GetValue<int>().Should().Be(0);
    }

    [HostTheory]
    [InlineData("fd", "/proc/self/fd")]
    [InlineData("stdin", "/proc/self/fd/0")]
    [InlineData("stdout", "/proc/self/fd/1")]
    [InlineData("stderr", "/proc/self/fd/2")]
    [InlineData("ptmx", "pts/ptmx")]
    public void Link_OfEveryContainer_IsThere(string name, string target)
    {
        JsonNode link = Devices(NewBundle())[$"/dev/{name}"]!;

        link["type"]!.GetValue<string>().Should().Be("link");
        link["target"]!.GetValue<string>().Should().Be(target);
    }

    [HostFact]
    public void Dev_DefaultConfig_HasNothingElse()
    {
        string[] names = [.. Devices(NewBundle()).Select(d => d.Key)];

        // /dev/core is there where the kernel has /proc/kcore.
        names.Except(["/dev/core"]).Should().BeEquivalentTo(
            "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty",
            "/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr", "/dev/ptmx", "/dev/pts", "/dev/shm", "/dev/mqueue");
    }

    [HostFact]
    public void Device_Configured_IsMadeAsGiven()
    {
        Bundle bundle = NewBundle();
        bundle.Linux["devices"] = new JsonArray(
            new JsonObject { ["path"] = "/dev/mine", ["type"] = "c", ["major"] = 1, ["minor"] = 5, ["fileMode"] = 416, ["uid"] = 7, ["gid"] = 8 },
            new JsonObject { ["path"] = "/dev/inner/disk", ["type"] = "b", ["major"] = 7, ["minor"] = 200, ["fileMode"] = 384, ["uid"] = 0, ["gid"] = 0 },
            new JsonObject { ["path"] = "/dev/pipe", ["type"] = "p", ["fileMode"] = 420 });

        JsonObject devices = Devices(bundle);

        devices["/dev/mine"]!.ToJsonString().Should().Be("""{"type":"c","mode":"640","uid":7,"gid":8,"major":1,"minor":5}""");
        devices["/dev/inner"]!["type"]!.GetValue<string>().Should().Be("directory");
        devices["/dev/pipe"]!["type"]!.GetValue<string>().Should().Be("p");
        devices["/dev/pipe"]!["mode"]!.GetValue<string>().Should().Be("644");
    }

    // The umask of the caller must not take bits off what the config gives.
    [HostFact]
    public void Device_CallersUmaskIsStrict_ModeIsAsGiven()
    {
        Bundle bundle = NewBundle("/guest", "report", "devices");
        using ChildProcess run = Ocirun.StartUnder(["sh", "-c", "umask 077; exec \"$@\"", "sh"], "run", "--bundle", bundle.Folder, NewId());

        JsonNode.Parse(run.Wait().Output)!["devices"]!["/dev/null"]!["mode"]!.GetValue<string>().Should().Be("666");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Device_Null_CanBeUsed() => OutputOf(NewShell("echo x >/dev/null && head -c 2 /dev/zero | od -An -tx1")).Trim().Should().Be("00 00");

    [HostFact]
    public void Ptmx_Opened_MakesATerminalOfTheContainer() =>
        OutputOf(NewShell("exec 3<>/dev/ptmx; ls /dev/pts")).Should().Be("0\nptmx\n");

    private JsonObject Devices(Bundle bundle) => Report(bundle.Save(), "devices")["devices"]!.AsObject();
}
