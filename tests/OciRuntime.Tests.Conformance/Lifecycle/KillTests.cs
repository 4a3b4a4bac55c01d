// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class KillTests : ContainerTest
{
    [HostTheory]
    [InlineData("10", Signals.User1)]
    [InlineData("USR1", Signals.User1)]
    [InlineData("SIGUSR1", Signals.User1)]
    [InlineData("usr2", Signals.User2)]
    [InlineData("sigusr2", Signals.User2)]
    [InlineData("HUP", Signals.Hangup)]
    public void Kill_Signal_ReachesTheProgram(string name, int number)
    {
        using Container container = Create(NewBundle("/guest", "sleep")).Start();
        container.Output.ReadLine().Should().Be("ready");

        _ = Ocirun.Succeed("kill", container.Id, name);

        container.Output.ReadLine().Should().Be(string.Create(CultureInfo.InvariantCulture, $"signal {number}"));
        container.Status.Should().Be("running");
    }

    [HostFact]
    public void Kill_NoSignal_Terminates()
    {
        using Container container = Create(NewBundle("/guest", "sleep")).Start();
        container.Output.ReadLine().Should().Be("ready");

        _ = Ocirun.Succeed("kill", container.Id);

        container.Output.ReadLine().Should().Be("signal 15");
        container.WaitForExit().Should().Be(0);
    }

    [HostFact]
    public void Kill_Created_EndsIt()
    {
        using Container container = Create(NewBundle("true"));

        _ = Ocirun.Succeed("kill", container.Id, "KILL");

        container.WaitForExit().Should().Be(-Signals.Kill);
        container.Status.Should().Be("stopped");
    }

    [HostTheory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    [InlineData("HUP", 129)]
    [InlineData("QUIT", 131)]
    public void Kill_CreatedBySomethingToEndIt_EndsIt(string signal, int status)
    {
        using Container container = Create(NewBundle("true"));

        _ = Ocirun.Succeed("kill", container.Id, signal);

        container.WaitForExit().Should().Be(status);
        container.Status.Should().Be("stopped");
    }

    [HostFact]
    public void Kill_CreatedBySomethingElse_LetsItWaitForStart()
    {
        using Container container = Create(NewBundle("true"));

        _ = Ocirun.Succeed("kill", container.Id, "USR1");

        container.Status.Should().Be("created");
    }

    [HostFact]
    public void Kill_Stopped_SaysNotRunning()
    {
        using Container container = Create(NewBundle("true")).Start();
        _ = container.WaitForExit();

        Ocirun.Fail("kill", container.Id, "KILL").Error.Should().Contain("container not running");
    }

    [HostFact]
    public void Kill_Unknown_SaysDoesNotExist() =>
        Ocirun.Fail("kill", NewId(), "KILL").Error.Should().Contain("container does not exist");

    [HostTheory]
    [InlineData("NOSUCH")]
    [InlineData("SIG")]
    [InlineData("-1")]
    [InlineData("65")]
    public void Kill_InvalidSignal_Fails(string signal)
    {
        using Container container = Create(NewBundle("/guest", "sleep")).Start();
        container.Output.ReadLine().Should().Be("ready");

        _ = Ocirun.Fail("kill", container.Id, signal);

        container.Status.Should().Be("running");
    }

    [HostFact]
    public void Kill_All_EndsEveryProcess()
    {
        Bundle bundle = NewShell("sleep 1000 & sleep 1000 & echo ready; wait");
        using Container container = Create(bundle).Start();
        container.Output.ReadLine().Should().Be("ready");
        string cgroup = Cgroups.Of(container.Pid, "pids");
        Cgroups.Processes(cgroup).Should().HaveCount(3);

        _ = Ocirun.Succeed("kill", "--all", container.Id, "KILL");

        _ = container.WaitForExit();
        Cgroups.Processes(cgroup).Should().BeEmpty();
    }

    // Without a PID namespace of its own nothing ends a container's other processes but this.
    [HostTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Kill_SharedPidNamespace_EndsEveryProcess(bool firstHasEnded)
    {
        Bundle bundle = NewShell("sleep 1000 & sleep 1000 & echo ready; wait");
        bundle.RemoveNamespace("pid");
        using Container container = Create(bundle.Save()).Start();
        container.Output.ReadLine().Should().Be("ready");
        string cgroup = Cgroups.Of(container.Pid, "pids");
        if (firstHasEnded)
        {
            _ = Native.Kill(container.Pid, Signals.Kill);
            _ = container.WaitForExit();
            Cgroups.Processes(cgroup).Should().HaveCount(2);
        }

        _ = Ocirun.Succeed("kill", container.Id, "KILL");

        while (Cgroups.Processes(cgroup).Length > 0)
        {
            _ = Native.WaitPid(-1, out _, 0);
        }

        Ocirun.Fail("kill", container.Id, "KILL").Error.Should().Contain("container not running");
    }
}
