// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>The systemd driver where there is nobody to talk to. No systemd is needed for it.</summary>
public sealed class SystemdBusTests : ContainerTest
{
    [HostFact(Needs.Libsystemd)]
    public void Create_NoBus_FailsAndSaysSo()
    {
        Outcome outcome = CreateAt($"unix:path={Folder}/none");

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("connecting to systemd").And.Contain($"{Folder}/none").And.Contain("ENOENT");
        NothingIsLeft();
    }

    [HostFact(Needs.Libsystemd)]
    public void Create_AddressIsNone_FailsAndSaysSo()
    {
        CreateAt("nonsense").Error.Should().Contain("connecting to systemd").And.Contain("nonsense");
        NothingIsLeft();
    }

    // Somebody listens, and never says a word: as a bus that is stalled.
    [HostFact(Needs.Libsystemd)]
    public void Create_BusNeverAnswers_FailsInBoundedTimeAndLeavesNothing()
    {
        using DescriptorSocket silent = new(Path.Combine(Folder, "bus"));

        Outcome outcome = CreateAt($"unix:path={silent.Path}");

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("no answer from systemd").And.Contain(silent.Path).And.Contain("within 1000 ms");
        silent.HasConnection().Should().BeTrue();
        NothingIsLeft();
    }

    [HostFact(Needs.Libsystemd)]
    public void Run_BusHangsUp_FailsAndLeavesNothing()
    {
        string path = Path.Combine(Folder, "bus");
        DescriptorSocket gone = new(path);
        using ChildProcess run = Ocirun.StartWith(At($"unix:path={path}"), "--systemd-cgroup", "run", "--bundle", NewBundle("true").Folder, NewId());
        gone.Dispose();

        run.Wait().Status.Should().Be(1);
        NothingIsLeft();
    }

    [HostFact(Needs.Libsystemd)]
    public void DebugPlan_SystemdDriver_NeedsNoBus() =>
        Ocirun.Succeed("--cgroup-manager", "systemd", "debug", "plan", "--bundle", NewBundle("true").Folder)
            .Output.Should().Contain("cgroup property Delegate true").And.Contain("DevicePolicy");

    [HostTheory(Needs.Libsystemd)]
    [InlineData("/a/b", "expected cgroupsPath to be of format \"slice:prefix:name\"")]
    [InlineData("a--b.slice:p:n", "names no slice")]
    public void Create_BadPath_IsRefused(string path, string words)
    {
        Bundle bundle = NewBundle("true").With(b => b.Linux["cgroupsPath"] = path);

        Ocirun.Fail("--systemd-cgroup", "create", "--bundle", bundle.Folder, NewId()).Error.Should().Contain("/linux/cgroupsPath").And.Contain(words);
        NothingIsLeft();
    }

    [HostFact(Needs.Libsystemd | Needs.Strace)]
    public void Create_CgroupfsDriver_LoadsNoLibsystemd()
    {
        string trace = Path.Combine(Folder, "trace");
        using ChildProcess strace = Ocirun.StartUnder(
            ["strace", "-f", "-o", trace, "-e", "trace=open,openat,openat2"], "run", "--bundle", NewBundle("true").Folder, NewId());
        strace.Wait().Status.Should().Be(0);

        File.ReadAllText(trace).Should().Contain("libc.so").And.NotContain("libsystemd");
    }

    private Outcome CreateAt(string address) =>
        Ocirun.RunWith(At(address), "--systemd-cgroup", "create", "--bundle", NewBundle("true").Folder, NewId());

    // systemd, docs/ENVIRONMENT.md: SYSTEMD_BUS_TIMEOUT is the time for a call, 25 s without it.
    private static Func<Launch, Launch> At(string address) =>
        launch => launch with { Environment = [.. launch.Environment, $"DBUS_SYSTEM_BUS_ADDRESS={address}", "SYSTEMD_BUS_TIMEOUT=1"] };
}
