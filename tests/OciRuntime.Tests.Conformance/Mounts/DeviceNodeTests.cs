// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

public sealed class DeviceNodeTests : MountTest
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

    [HostTheory]
    [InlineData("c", 1, 5, "c")]
    [InlineData("u", 1, 5, "c")]
    [InlineData("b", 7, 200, "b")]
    [InlineData("p", 0, 0, "p")]
    public void Device_EveryType_HasModeAndOwner(string type, int major, int minor, string seen)
    {
        Bundle bundle = WithDevice("/dev/mine", type, major, minor);
        bundle.Linux["devices"]![0]!["fileMode"] = 0x391; // 01621
        bundle.Linux["devices"]![0]!["uid"] = 7;
        bundle.Linux["devices"]![0]!["gid"] = 8;

        JsonObject device = Devices(bundle)["/dev/mine"]!.AsObject();

        device["type"]!.GetValue<string>().Should().Be(seen);
        device["mode"]!.GetValue<string>().Should().Be("1621");
        device["uid"]!.GetValue<int>().Should().Be(7);
        device["gid"]!.GetValue<int>().Should().Be(8);
        if (seen != "p")
        {
            device["major"]!.GetValue<int>().Should().Be(major);
            device["minor"]!.GetValue<int>().Should().Be(minor);
        }
    }

    [HostTheory]
    [InlineData("c", 1, 5)]
    [InlineData("b", 7, 200)]
    [InlineData("p", 0, 0)]
    public void Device_ThatTheImageHas_IsKept(string type, int major, int minor)
    {
        Bundle bundle = WithDevice("/opt/mine", type, major, minor);
        string numbers = type == "p" ? "" : $" {major} {minor}";
        Sh($"mknod -m 600 {bundle.Rootfs}/opt/mine {type}{numbers}");

        OutputOf(bundle.Shell("stat -c %a /opt/mine")).Should().Be("600\n");
    }

    [HostTheory]
    [InlineData("mknod X c 1 3")]
    [InlineData("mknod X b 1 5")]
    [InlineData("mkfifo X")]
    [InlineData("touch X")]
    [InlineData("mkdir X")]
    [InlineData("ln -s /dev/zero X")]
    [InlineData("ln -s /nowhere X")]
    public void Device_WhereTheImageHasSomethingElse_IsRefused(string make)
    {
        Bundle bundle = WithDevice("/opt/mine", "c", 1, 5);
        Sh(make.Replace("X", $"{bundle.Rootfs}/opt/mine", System.StringComparison.Ordinal));

        Error(bundle).Should().Contain("/opt/mine").And.Contain("/linux/devices/0").And.Contain("the image has something else there");
    }

    // Nobody may make nodes there: the host's are bound. A pipe is no device, and made.
    [HostFact]
    public void Device_InAUserNamespace_IsTheHosts()
    {
        Bundle bundle = WithDevice("/dev/full", "c", 1, 7);
        bundle.Linux["devices"]!.AsArray().Add(new JsonObject { ["path"] = "/dev/pipe", ["type"] = "p", ["fileMode"] = 384, ["uid"] = 3, ["gid"] = 4 });
        bundle.Linux["devices"]!.AsArray().Add(new JsonObject { ["path"] = "/dev/ptmx", ["type"] = "c", ["major"] = 5, ["minor"] = 2 });

        JsonObject devices = Devices(InUserNamespace(bundle));

        devices["/dev/full"]!.ToJsonString().Should().Be("""{"type":"c","mode":"666","uid":65534,"gid":65534,"major":1,"minor":7}""");
        devices["/dev/pipe"]!.ToJsonString().Should().Be("""{"type":"p","mode":"600","uid":3,"gid":4}""");
        devices["/dev/ptmx"]!["target"]!.GetValue<string>().Should().Be("pts/ptmx");
    }

    [HostTheory]
    [InlineData("/dev/zero", "a user namespace gets the host's, and that is another device")]
    [InlineData("/dev/no-such-device", "ENOENT")]
    public void Device_InAUserNamespace_OtherThanTheHosts_IsRefused(string path, string rule) =>
        Error(InUserNamespace(WithDevice(path, "c", 1, 7))).Should().Contain(path).And.Contain("/linux/devices/0").And.Contain(rule);

    [HostFact]
    public void Ptmx_AmongTheDevices_IsTheLinkAllTheSame() =>
        Devices(WithDevice("/dev/ptmx", "c", 5, 2))["/dev/ptmx"]!["target"]!.GetValue<string>().Should().Be("pts/ptmx");

    // A /dev of somebody else is not changed.
    [HostFact]
    public void Dev_Bound_IsLeftAsItIs()
    {
        string dev = Path.Combine(Folder, "dev");
        _ = Directory.CreateDirectory(dev);
        Sh($"mknod -m 666 {dev}/null c 1 3");
        Bundle bundle = NewBundle("ls", "/dev");
        bundle.Config["mounts"] = new JsonArray(bundle.Mounts.First(m => m!["destination"]!.GetValue<string>() == "/proc")!.DeepClone());
        bundle.AddMount("/dev", "bind", dev, "bind");

        OutputOf(bundle.Save()).Should().Be("null\n");
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

    private Bundle WithDevice(string path, string type, int major, int minor)
    {
        Bundle bundle = NewBundle();
        bundle.Config["root"]!["readonly"] = false;
        bundle.Linux["devices"] = new JsonArray(new JsonObject { ["path"] = path, ["type"] = type, ["major"] = major, ["minor"] = minor });
        return bundle.Save();
    }

    private JsonObject Devices(Bundle bundle) => Report(bundle.Save(), "devices")["devices"]!.AsObject();
}
