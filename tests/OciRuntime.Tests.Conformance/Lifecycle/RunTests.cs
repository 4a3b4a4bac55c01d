// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class RunTests : ContainerTest
{
    [HostFact]
    [Trait("Category", "Vm")]
    public void Run_DefaultConfig_WritesWhatTheProgramWrites() =>
        OutputOf(NewBundle("echo", "hello")).Should().Be("hello\n");

    [HostFact]
    public void Run_ProgramWritesErrors_KeepsTheStreamsApart()
    {
        Outcome outcome = Run(NewShell("echo out; echo err >&2"));

        outcome.Output.Should().Be("out\n");
        outcome.Error.Should().Be("err\n");
    }

    [HostFact]
    public void Run_Input_ReachesTheProgram()
    {
        string words = Path.Combine(Folder, "words");
        File.WriteAllText(words, "from outside\n");
        using Descriptor input = Descriptor.Open(words, 0);

        Outcome outcome = Ocirun.RunWith(l => l with { Input = input }, "run", "--bundle", NewBundle("cat").Folder, NewId());

        outcome.Output.Should().Be("from outside\n");
    }

    [HostTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(255)]
    public void Run_ProgramExits_ExitsWithItsStatus(int status)
    {
        Run(NewBundle("/guest", "exit", $"{status}")).Status.Should().Be(status);
        NothingIsLeft();
    }

    // The first process of a PID namespace is spared its own signals: a child of it dies, and the shell says so by its status.
    [HostTheory]
    [InlineData(Signals.Kill)]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Hangup)]
    public void Run_ProgramIsKilled_ExitsWith128AndTheSignal(int signal)
    {
        Bundle bundle = NewBundle("/guest", "signal", $"{signal}");
        bundle.RemoveNamespace("pid");
        // The masks and /proc of the default config go with a PID namespace; what is tested here needs neither.
        Run(bundle.Save()).Status.Should().Be(128 + signal);
        NothingIsLeft();
    }

    [HostFact]
    public void Run_KilledFromOutside_ExitsWith128AndTheSignal()
    {
        string id = NewId();
        using ChildProcess run = Ocirun.Start("run", "--bundle", NewBundle("/guest", "sleep").Folder, id);
        run.Output!.ReadLine().Should().Be("ready");

        _ = Ocirun.Succeed("kill", id, "KILL");

        run.Wait().Status.Should().Be(128 + Signals.Kill);
        NothingIsLeft();
    }

    [HostFact]
    public void Run_BundleIsNotGiven_UsesTheCurrentDirectory()
    {
        Bundle bundle = NewBundle("echo", "here");

        Outcome outcome = Ocirun.RunWith(l => l with { WorkingDirectory = bundle.Folder }, "run", NewId());

        outcome.Output.Should().Be("here\n", "{0}", outcome);
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Run_Detach_ReturnsWhileTheProgramRuns()
    {
        using Container container = RunDetached(NewBundle("/guest", "sleep"));

        container.Output.ReadLine().Should().Be("ready");
        container.Status.Should().Be("running");
        _ = Ocirun.Succeed("kill", container.Id, "TERM");
        container.WaitForExit().Should().Be(0);
        container.Status.Should().Be("stopped");
        _ = Ocirun.Succeed("delete", container.Id);
    }

    [HostFact]
    public void Run_Keep_LeavesAStoppedContainer()
    {
        string id = NewId();

        Outcome outcome = Ocirun.Run("run", "--keep", "--bundle", NewBundle("/guest", "exit", "3").Folder, id);

        outcome.Status.Should().Be(3, "{0}", outcome);
        Ocirun.StatusOf(id).Should().Be("stopped");
        _ = Ocirun.Succeed("delete", id);
        NothingIsLeft();
    }

    [HostTheory]
    [InlineData("--no-subreaper")]
    [InlineData("--no-new-keyring")]
    public void Run_HarmlessFlag_Runs(string flag) => Run(NewBundle("true"), flag).Status.Should().Be(0);

    // runc, too, leaves the move of the mounts to MS_MOVE then; needs a root file system that is not on a ramfs, as here.
    [HostFact]
    public void Run_NoPivot_StillEndsInTheBundlesRoot()
    {
        Outcome outcome = Run(NewShell("test -x /guest && test ! -e /sbin/init && echo inside"), "--no-pivot");

        outcome.Output.Should().Be("inside\n", "{0}", outcome);
    }

    // prctl(2), PR_SET_CHILD_SUBREAPER: without a PID namespace of their own, orphans come to the runtime. One that nobody reaps keeps its folder
    // in /proc, and the program goes on looking for ever.
    [HostFact]
    public void Run_OrphanEndsMeanwhile_IsReaped()
    {
        Bundle bundle = NewShell("sh -c 'sh -c \"exit 3\" & echo $!' > /dev/shm/orphan; read pid < /dev/shm/orphan; while [ -e /proc/$pid ]; do :; done; echo reaped")
            .With(b => b.RemoveNamespace("pid"));

        using ChildProcess run = Ocirun.Start("run", "--bundle", bundle.Folder, NewId());

        run.Output!.ReadLine().Should().Be("reaped");
        run.Wait().Status.Should().Be(0);
        NothingIsLeft();
    }

    [HostFact]
    public void Run_OtherConfigFile_IsUsed()
    {
        Bundle bundle = NewBundle("echo", "other");
        string other = Path.Combine(Folder, "other.json");
        File.Move(bundle.ConfigPath, other);

        Outcome outcome = Run(bundle, "--config", other);

        outcome.Output.Should().Be("other\n", "{0}", outcome);
    }

    [HostFact]
    public void Run_TwoHundredTimes_LeavesNoZombieAndNothingElse()
    {
        Bundle bundle = NewBundle("true");
        for (int i = 0; i < 200; i++)
        {
            Run(bundle).Status.Should().Be(0);
            ProcessTable.ReapOrphans().Should().Be(0, "a foreground run collects what it started (run {0})", i);
        }

        NothingIsLeft();
    }

    // Background processes of the container become the run's children, or end with the namespace; in both cases nothing stays.
    [HostFact]
    public void Run_ProgramLeavesChildren_LeavesNoZombie()
    {
        Run(NewShell("sleep 1000 & sleep 1000 & (sleep 0 &) ; exit 0")).Status.Should().Be(0);

        ProcessTable.ReapOrphans().Should().Be(0);
        NothingIsLeft();
    }

    [HostFact]
    public void Run_CollectionsAreForcedInTheChild_Runs()
    {
        string[] collectOften = [.. Ocirun.Environment, "DOTNET_GCgen0size=10000", "DOTNET_GCgen1size=10000"];
        Bundle bundle = NewBundle("echo", "hello");
        for (int i = 0; i < 20; i++)
        {
            Outcome outcome = Ocirun.RunWith(l => l with { Environment = collectOften }, "run", "--bundle", bundle.Folder, NewId());
            outcome.Output.Should().Be("hello\n", "{0}", outcome);
        }
    }

    [HostFact]
    public void Run_RelativeRootPath_IsTakenFromTheBundle()
    {
        Bundle bundle = NewBundle("echo", "hello");
        Directory.Move(bundle.Rootfs, Path.Combine(bundle.Folder, "other"));
        bundle.Config["root"]!["path"] = "other";

        OutputOf(bundle.Save()).Should().Be("hello\n");
    }

    [HostFact]
    public void Run_AbsoluteRootPath_IsUsed()
    {
        Bundle bundle = NewBundle("echo", "hello");
        bundle.Config["root"]!["path"] = bundle.Rootfs;

        OutputOf(bundle.Save()).Should().Be("hello\n");
    }

    [HostFact]
    public void Run_MuchOutput_IsComplete()
    {
        Outcome outcome = Run(NewShell("yes 0123456789abcde | head -c 4194304"));

        outcome.Output.Length.Should().Be(4 * 1024 * 1024);
    }

    [HostFact]
    public void Run_SameBundleTwiceInOneFolder_DoesNotTouchTheBundle()
    {
        Bundle bundle = NewBundle("true");
        string[] before = Directory.GetFileSystemEntries(bundle.Folder, "*", SearchOption.AllDirectories);
        Array.Sort(before, StringComparer.Ordinal);

        Run(bundle).Status.Should().Be(0);

        string[] after = Directory.GetFileSystemEntries(bundle.Folder, "*", SearchOption.AllDirectories);
        Array.Sort(after, StringComparer.Ordinal);
        after.Should().Equal(before);
    }
}
