// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class PauseTests : ContainerTest
{
    [HostFact]
    [Trait("Category", "Vm")]
    public void Pause_Running_StopsItAndResumeContinues()
    {
        using Container container = Sleeper();

        _ = Ocirun.Succeed("pause", container.Id);

        container.Status.Should().Be("paused");
        container.State()["pid"]!.GetValue<int>().Should().Be(container.Pid);
        JsonNode.Parse(Ocirun.Succeed("list", "--format", "json").Output)!.AsArray().Single()!["status"]!.GetValue<string>().Should().Be("paused");

        // What comes while it is paused is taken when it goes on.
        _ = Ocirun.Succeed("kill", container.Id, "USR1");
        _ = Ocirun.Succeed("resume", container.Id);
        container.Output.ReadLine().Should().Be($"signal {Signals.User1}");
        container.Status.Should().Be("running");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Pause_Created_ComesBackAsCreated()
    {
        using Container container = Create(NewBundle("true"));
        _ = Ocirun.Succeed("pause", container.Id);
        container.Status.Should().Be("paused");

        Ocirun.Fail("start", container.Id).Error.Should().Contain("cannot start a paused container");
        _ = Ocirun.Succeed("resume", container.Id);

        container.Status.Should().Be("created");
        container.Start().WaitForExit().Should().Be(0);
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Pause_Paused_SaysSo()
    {
        using Container container = Sleeper();
        _ = Ocirun.Succeed("pause", container.Id);

        Ocirun.Fail("pause", container.Id).Error.Should().Contain("container not running: it is paused");

        container.Status.Should().Be("paused");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Resume_Running_SaysSo()
    {
        using Container container = Sleeper();

        Ocirun.Fail("resume", container.Id).Error.Should().Contain("container not paused: it is running");
    }

    [HostTheory]
    [InlineData("pause", "container not running: it is stopped")]
    [InlineData("resume", "container not paused: it is stopped")]
    public void PauseAndResume_Stopped_SaySo(string command, string problem)
    {
        using Container container = Create(NewBundle("true")).Start();
        _ = container.WaitForExit();

        Ocirun.Fail(command, container.Id).Error.Should().Contain(problem);
    }

    [HostTheory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("ps")]
    public void AnyOfThem_Unknown_SaysDoesNotExist(string command) =>
        Ocirun.Fail(command, NewId()).Error.Should().Contain("container does not exist");

    [HostFact]
    [Trait("Category", "Vm")]
    public void Kill_Paused_EndsIt()
    {
        using Container container = Sleeper();
        _ = Ocirun.Succeed("pause", container.Id);

        _ = Ocirun.Succeed("kill", container.Id, "KILL");

        container.WaitForExit().Should().Be(-Signals.Kill);
        container.Status.Should().Be("stopped");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Exec_Paused_NeedsToBeAskedFor()
    {
        using Container container = Sleeper();
        _ = Ocirun.Succeed("pause", container.Id);
        using (ChildProcess refused = Ocirun.Start("exec", container.Id, "true"))
        {
            refused.Wait().Error.Should().Contain("cannot exec in a paused container (use --ignore-paused to override)");
        }

        // It waits in the container's cgroup like everything else there.
        using ChildProcess exec = Ocirun.Start("exec", "--ignore-paused", container.Id, "echo", "here");
        _ = Ocirun.Succeed("resume", container.Id);
        exec.Wait().Output.Should().Be("here\n");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Delete_Paused_NeedsForce()
    {
        using Container container = Sleeper();
        _ = Ocirun.Succeed("pause", container.Id);
        Ocirun.Fail("delete", container.Id).Error.Should().Contain($"cannot delete container {container.Id} that is not stopped: paused");

        _ = Ocirun.Succeed("delete", "--force", container.Id);

        container.WaitForExit().Should().Be(-Signals.Kill);
        NothingIsLeft();
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Ps_Json_IsEveryProcess()
    {
        using Container container = Create(NewShell("sleep 1000 & sleep 1000 & echo ready; wait")).Start();
        container.Output.ReadLine().Should().Be("ready");

        string json = Ocirun.Succeed("ps", "-f", "json", container.Id).Output;

        json.Should().MatchRegex("^\\[[0-9]+,[0-9]+,[0-9]+\\]\n$");
        JsonNode.Parse(json)!.AsArray().Select(pid => pid!.GetValue<int>())
            .Should().BeEquivalentTo(Cgroups.Processes(Cgroups.Of(container.Pid, "pids"))).And.Contain(container.Pid);
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Ps_Table_IsThatOfTheHostsPs()
    {
        using Container container = Sleeper();

        string[] lines = Ocirun.Succeed("ps", container.Id).Output.Split('\n');
        lines.Should().HaveCount(3);
        lines[0].Should().MatchRegex("^UID +PID +PPID ");
        lines[1].Should().MatchRegex($"^root +{container.Pid} .*/guest sleep$");
        lines[2].Should().BeEmpty();

        Ocirun.Succeed("ps", "--format", "table", container.Id, "-o", "ppid,pid").Output.Should().MatchRegex($"^ *PPID +PID\n *[0-9]+ +{container.Pid}\n$");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Ps_Stopped_IsEmpty()
    {
        using Container container = Create(NewBundle("true")).Start();
        _ = container.WaitForExit();

        Ocirun.Succeed("ps", "--format=json", container.Id).Output.Should().Be("null\n");
        Ocirun.Succeed("ps", container.Id).Output.Should().MatchRegex("^UID[^\n]*\n$");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Ps_WrongUse_SaysSo()
    {
        using Container container = Sleeper();

        Ocirun.Fail("ps", "--format", "yaml", container.Id).Error.Should().Contain("invalid format option");
        Ocirun.Fail("ps", container.Id, "-o", "tty").Error.Should().Contain("couldn't find PID field in ps output");
        Ocirun.Fail("ps", container.Id, "--no-such-option").Error.Should().MatchRegex("running ps: exit status 1: .+");
    }

    private Container Sleeper()
    {
        Container container = Create(NewBundle("/guest", "sleep")).Start();
        container.Output.ReadLine().Should().Be("ready");
        return container;
    }
}
