// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class SignalForwardingTests : ContainerTest
{
    [HostTheory]
    [InlineData(Signals.Hangup)]
    [InlineData(Signals.Interrupt)]
    [InlineData(3)]
    [InlineData(Signals.User1)]
    [InlineData(Signals.User2)]
    [InlineData(Signals.Terminate)]
    public void Run_SignalToTheRuntime_ReachesTheProgram(int signal)
    {
        using ChildProcess run = Ocirun.Start("run", "--bundle", NewBundle("/guest", "sleep").Folder, NewId());
        run.Output!.ReadLine().Should().Be("ready");

        run.Signal(signal);

        run.Output.ReadLine().Should().Be(string.Create(CultureInfo.InvariantCulture, $"signal {signal}"));
        if (signal != Signals.Terminate)
        {
            run.Signal(Signals.Terminate);
            run.Output.ReadLine().Should().Be("signal 15");
        }

        run.Wait().Status.Should().Be(0);
        NothingIsLeft();
    }

    // signal(7): 34 is the .NET runtime's own way to stop its threads; all from there on are the user's.
    [HostTheory]
    [InlineData(35)]
    [InlineData(36)]
    [InlineData(40)]
    [InlineData(64)]
    public void Run_RealTimeSignal_ReachesTheProgram(int signal)
    {
        using ChildProcess run = Ocirun.Start("run", "--bundle", NewShell($"trap 'echo got it; exit 9' {signal}; sleep 1000 & echo ready; wait").Folder, NewId());
        run.Output!.ReadLine().Should().Be("ready");

        run.Signal(signal);

        run.Output.ReadLine().Should().Be("got it");
        run.Wait().Status.Should().Be(9);
        NothingIsLeft();
    }

    [HostFact]
    public void Run_ManySignals_AllKindsArrive()
    {
        using ChildProcess run = Ocirun.Start("run", "--bundle", NewBundle("/guest", "sleep").Folder, NewId());
        run.Output!.ReadLine().Should().Be("ready");

        for (int i = 0; i < 20; i++)
        {
            run.Signal(Signals.User1);
            run.Output.ReadLine().Should().Be("signal 10");
            run.Signal(Signals.User2);
            run.Output.ReadLine().Should().Be("signal 12");
        }

        run.Signal(Signals.Terminate);
        run.Wait().Status.Should().Be(0);
    }

    // The program catches nothing: the first process of a PID namespace is then immune to the signal, and the run goes on.
    [HostFact]
    public void Run_ProgramIgnoresTheSignal_RunGoesOn()
    {
        using ChildProcess run = Ocirun.Start("run", "--bundle", NewShell("trap '' TERM; echo ready; read line; echo over").Folder, NewId());
        run.Output!.ReadLine().Should().Be("ready");

        run.Signal(Signals.Terminate);

        // Its input is /dev/null: it goes on by itself, and ends as it would have.
        run.Wait().Output.Should().Be("ready\nover\n");
        run.Wait().Status.Should().Be(0);
    }

    // What was ignored or blocked in the caller is not so in the runtime's forwarding.
    [HostFact]
    public void Run_CallerBlocksTheSignal_StillReachesTheProgram()
    {
        using ChildProcess run = Ocirun.StartUnder(["env", "--block-signal=USR1"], "run", "--bundle", NewBundle("/guest", "sleep").Folder, NewId());
        run.Output!.ReadLine().Should().Be("ready");

        run.Signal(Signals.User1);
        run.Output.ReadLine().Should().Be("signal 10");
        run.Signal(Signals.Terminate);
        run.Wait().Status.Should().Be(0);
    }

    [HostFact]
    public void Run_RuntimeIsKilled_DeleteForceLeavesNothing()
    {
        string id = NewId();
        using ChildProcess run = Ocirun.Start("run", "--bundle", NewBundle("/guest", "sleep").Folder, id);
        run.Output!.ReadLine().Should().Be("ready");

        run.Signal(Signals.Kill);
        run.Wait().Status.Should().Be(-Signals.Kill);
        _ = Ocirun.Succeed("delete", "--force", id);

        NothingIsLeft();
    }
}
