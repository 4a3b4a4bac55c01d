// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class CreateTests : ContainerTest
{
    [HostFact]
    [Trait("Category", "Vm")]
    public void Create_ThenStart_RunsTheProgramOnce()
    {
        Bundle bundle = NewShell("echo ran");
        using Container container = Create(bundle);
        container.Status.Should().Be("created");
        container.Output.Drain();
        container.Output.Text.Should().BeEmpty("nothing of the container's program has run");

        container.Start();

        container.WaitForExit().Should().Be(0);
        container.Output.ReadToEnd().Should().Be("ran\n");
        container.Status.Should().Be("stopped");
        _ = Ocirun.Succeed("delete", container.Id);
        NothingIsLeft();
    }

    [HostFact]
    public void Create_ConfigIsEditedAfterwards_MakesNoDifference()
    {
        Bundle bundle = NewBundle("echo", "first");
        using Container container = Create(bundle);
        _ = bundle.Args("echo", "second");

        container.Start().WaitForExit();

        container.Output.ReadToEnd().Should().Be("first\n");
    }

    [HostFact]
    public void Create_ConfigIsRemovedAfterwards_MakesNoDifference()
    {
        Bundle bundle = NewBundle("echo", "first");
        using Container container = Create(bundle);
        File.Delete(bundle.ConfigPath);

        container.Start().WaitForExit();

        container.Output.ReadToEnd().Should().Be("first\n");
    }

    [HostFact]
    public void Create_IdIsTaken_FailsAndLeavesTheFirstAlone()
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        using Container container = Create(bundle);

        Outcome second = Ocirun.Fail("create", "--bundle", bundle.Folder, container.Id);

        second.Error.Should().Contain("container with given ID already exists");
        container.Start().Output.ReadLine().Should().Be("ready");
        container.State()["pid"]!.GetValue<int>().Should().Be(container.Pid);
    }

    [HostTheory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("/abs")]
    [InlineData("../up")]
    [InlineData("with space")]
    [InlineData("ümlaut")]
    [InlineData("new\nline")]
    public void Create_IdIsInvalid_Fails(string id)
    {
        Bundle bundle = NewBundle("true");

        Outcome outcome = Ocirun.Fail("create", "--bundle", bundle.Folder, id);

        outcome.Error.Should().MatchRegex("invalid container ID format|container id cannot be empty");
        NothingIsLeft();
    }

    [HostTheory]
    [InlineData("a")]
    [InlineData("A_b-c.d+e0")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Create_IdIsValid_Works(string suffix)
    {
        string id = NewId() + suffix;
        Bundle bundle = NewBundle("true");
        using ChildProcess create = Ocirun.Start("create", "--bundle", bundle.Folder, id);
        using Container container = new(Ocirun, id, create);

        _ = Ocirun.Succeed("delete", "--force", id);
        NothingIsLeft();
    }

    [HostFact]
    public void Create_BundleIsMissing_Fails()
    {
        Ocirun.Fail("create", "--bundle", Path.Combine(Folder, "missing"), NewId()).Error.Should().Contain("no such file or directory");
        NothingIsLeft();
    }

    [HostFact]
    public void Create_ConfigIsMissing_NamesTheFile()
    {
        Bundle bundle = NewBundle("true");
        File.Delete(bundle.ConfigPath);

        Ocirun.Fail("create", "--bundle", bundle.Folder, NewId()).Error.Should().Contain("config.json");
        NothingIsLeft();
    }

    [HostFact]
    public void Create_RootIsMissing_Fails()
    {
        Bundle bundle = NewBundle("true");
        bundle.Config["root"]!["path"] = "missing";

        Ocirun.Fail("create", "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain("missing");
        NothingIsLeft();
    }

    [HostFact]
    public void Create_CreatorIsGone_ProgramKeepsItsOutput()
    {
        using Container container = Create(NewShell("echo late"));

        container.Start().WaitForExit();

        container.Output.ReadToEnd().Should().Be("late\n");
    }

    [HostFact]
    public void Create_Annotations_AreInTheState()
    {
        Bundle bundle = NewBundle("true");
        bundle.Config["annotations"] = new JsonObject { ["org.example.key"] = "value", ["empty"] = "" };
        using Container container = Create(bundle.Save());

        JsonObject annotations = container.State()["annotations"]!.AsObject();

        annotations["org.example.key"]!.GetValue<string>().Should().Be("value");
        annotations["empty"]!.GetValue<string>().Should().BeEmpty();
    }

    [HostFact]
    public void Create_InitDiesBeforeStart_IsStopped()
    {
        using Container container = Create(NewBundle("true"));

        _ = Native.Check(Native.Kill(container.Pid, Signals.Kill), "kill");
        container.WaitForExit().Should().Be(-Signals.Kill);

        container.Status.Should().Be("stopped");
        Ocirun.Fail("start", container.Id).Error.Should().Contain("cannot start a container that has stopped");
        _ = Ocirun.Succeed("delete", container.Id);
        NothingIsLeft();
    }

    // A zombie that nobody has collected is not running.
    [HostFact]
    public void Create_InitIsAZombie_IsStopped()
    {
        using Container container = Create(NewBundle("true")).Start();
        using Descriptor pidfd = new((int)Native.Check(Native.Syscall(Native.SyscallPidfdOpen, container.Pid, 0), "pidfd_open"));
        pidfd.WaitReadable(Host.Timeout).Should().BeTrue();

        container.Status.Should().Be("stopped");
        container.State()["pid"]!.GetValue<int>().Should().Be(0);
        _ = Ocirun.Succeed("delete", container.Id);
    }
}
