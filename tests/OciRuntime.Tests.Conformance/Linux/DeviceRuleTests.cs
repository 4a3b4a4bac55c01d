// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>The rules decide, not the missing capability: the programs here have CAP_MKNOD and may override permissions.</summary>
[Trait("Category", "Vm")]
public sealed class DeviceRuleTests : ContainerTest
{
    [HostTheory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    [InlineData("/dev/full")]
    [InlineData("/dev/random")]
    [InlineData("/dev/urandom")]
    public void Rules_DefaultConfig_AllowTheDefaultDevices(string path) =>
        OutputOf(Privileged($"dd if={path} of=/dev/shm/x bs=1 count=1 2>/dev/null; echo status $?")).Should().Be("status 0\n");

    // 1:4 is /dev/port, 1:1 /dev/mem; mknod itself is allowed by default.
    [HostFact]
    public void Rules_DefaultConfig_RefuseOthers() =>
        OutputOf(Privileged("mknod /dev/shm/mem c 1 1 && { head -c 1 /dev/shm/mem 2>&1 | grep -o 'Operation not permitted'; }"))
            .Should().Be("Operation not permitted\n");

    [HostFact]
    public void Rules_NodeOnATmpfsWithDevices_CanBeMade() =>
        OutputOf(Privileged("mknod /dev/shm/disk b 7 99 && echo made")).Should().Be("made\n");

    [HostFact]
    public void Rules_AllowOne_AllowsOnlyThat()
    {
        Bundle bundle = Privileged("mknod /dev/shm/a c 1 1 && mknod /dev/shm/b c 1 2; head -c 0 /dev/shm/a && echo a; head -c 0 /dev/shm/b || echo not b");
        Allow(bundle, new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = 1, ["minor"] = 1, ["access"] = "rwm" });

        OpenResults(bundle).Should().Be("a opens\nb refused\n");
    }

    [HostFact]
    public void Rules_AllowAMajor_AllowsEveryMinor()
    {
        Bundle bundle = Privileged(string.Empty);
        Allow(bundle, new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = 1, ["access"] = "rw" });

        OpenResults(bundle).Should().Be("a opens\nb opens\n");
    }

    [HostFact]
    public void Rules_LaterDenies_TheLastMatchDecides()
    {
        Bundle bundle = Privileged(string.Empty);
        Allow(bundle, new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = 1, ["minor"] = 1, ["access"] = "rwm" });
        Allow(bundle, new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = 1, ["minor"] = 2, ["access"] = "rwm" });
        Allow(bundle, new JsonObject { ["allow"] = false, ["type"] = "c", ["major"] = 1, ["minor"] = 1, ["access"] = "rwm" });

        OpenResults(bundle).Should().Be("a refused\nb opens\n");
    }

    [HostFact]
    public void Rules_AllowReading_RefusesWriting()
    {
        Bundle bundle = Privileged(
            "mknod /dev/shm/n c 1 11; (: </dev/shm/n) 2>/dev/null && echo reads; (: >>/dev/shm/n) 2>/dev/null || echo refused");
        Allow(bundle, new JsonObject { ["allow"] = true, ["type"] = "c", ["major"] = 1, ["minor"] = 11, ["access"] = "rm" });

        OutputOf(bundle.Save()).Should().Be("reads\nrefused\n");
    }

    [HostFact]
    public void Rules_AllowAll_AllowsAll()
    {
        Bundle bundle = Privileged(string.Empty);
        bundle.Resources["devices"] = new JsonArray(new JsonObject { ["allow"] = true, ["access"] = "rwm" });

        OpenResults(bundle).Should().Be("a opens\nb opens\n");
    }

    [HostFact(Needs.CgroupV1)]
    public void Rules_DefaultConfig_AreTheKernelsList()
    {
        using Container container = Create(NewBundle("true"));

        string list = Cgroups.Read(Cgroups.Of(container.Pid, "devices"), "devices.list");

        list.Split('\n').Should().Contain(["c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 136:* rwm"]);
        list.Should().NotContain("a *:* rwm");
    }

    // /dev/mem (1:1) may be kept from everyone by the kernel; 1:11 is /dev/kmsg and 1:1 is replaced by it below.
    private string OpenResults(Bundle bundle) => OutputOf(bundle.Shell("""
        mknod /dev/shm/a c 1 1; mknod /dev/shm/b c 1 2
        try() {
            error=$( (: </dev/shm/$1) 2>&1 )
            case "$error" in
                *'Operation not permitted'*) echo $1 refused ;;
                *) echo $1 opens ;;
            esac
        }
        try a; try b
        """));

    private static void Allow(Bundle bundle, JsonObject rule) => bundle.Resources["devices"]!.AsArray().Add(rule);

    private Bundle Privileged(string script) => NewShell(script).With(b =>
    {
        b.SetCapabilities("CAP_MKNOD", "CAP_DAC_OVERRIDE", "CAP_SYS_RAWIO", "CAP_SYS_ADMIN", "CAP_SYSLOG");
        // A place for nodes that lets them be used.
        b.Mounts.First(m => m!["destination"]!.GetValue<string>() == "/dev/shm")!["options"] = Bundle.Array("nosuid", "noexec", "mode=1777");
    });
}
