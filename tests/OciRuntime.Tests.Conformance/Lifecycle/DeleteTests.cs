// SPDX-License-Identifier: Apache-2.0
using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class DeleteTests : ContainerTest
{
    [HostFact]
    public void Delete_Stopped_LeavesNothing()
    {
        using Container container = Create(NewBundle("true")).Start();
        _ = container.WaitForExit();

        _ = Ocirun.Succeed("delete", container.Id);

        NothingIsLeft();
        Ocirun.Fail("state", container.Id).Error.Should().Contain("container does not exist");
    }

    [HostFact]
    public void Delete_Created_EndsAndRemovesIt()
    {
        using Container container = Create(NewBundle("true"));

        _ = Ocirun.Succeed("delete", container.Id);

        container.WaitForExit().Should().Be(-Signals.Kill);
        NothingIsLeft();
    }

    [HostFact]
    public void Delete_Running_FailsAndLeavesItRunning()
    {
        using Container container = Create(NewBundle("/guest", "sleep")).Start();
        container.Output.ReadLine().Should().Be("ready");

        Outcome outcome = Ocirun.Fail("delete", container.Id);

        outcome.Error.Should().Contain($"cannot delete container {container.Id} that is not stopped: running");
        container.Status.Should().Be("running");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void DeleteForce_Running_LeavesNothing()
    {
        using Container container = Create(NewShell("sleep 1000 & sleep 1000 & echo ready; wait")).Start();
        container.Output.ReadLine().Should().Be("ready");

        _ = Ocirun.Succeed("delete", "--force", container.Id);

        NothingIsLeft();
    }

    // Without a PID namespace of its own the container's other processes outlive the first: the cgroup tells who they are.
    [HostFact]
    [Trait("Category", "Vm")]
    public void DeleteForce_NoPidNamespace_EndsEveryProcess()
    {
        Bundle bundle = NewShell("sleep 1000 & setsid sleep 1000 & echo ready; wait");
        bundle.RemoveNamespace("pid");
        using Container container = Create(bundle.Save()).Start();
        container.Output.ReadLine().Should().Be("ready");

        _ = Ocirun.Succeed("delete", "--force", container.Id);

        NothingIsLeft();
    }

    [HostFact]
    public void Delete_Unknown_SaysDoesNotExist() =>
        Ocirun.Fail("delete", NewId()).Error.Should().Contain("container does not exist");

    [HostFact]
    public void DeleteForce_Unknown_Succeeds() => Ocirun.Succeed("delete", "--force", NewId());

    [HostFact]
    public void DeleteForce_ShortFlag_Works()
    {
        using Container container = Create(NewBundle("true"));

        _ = Ocirun.Succeed("delete", "-f", container.Id);

        NothingIsLeft();
    }

    [HostFact]
    public void DeleteForce_EmptyStateFolder_RemovesIt()
    {
        string id = NewId();
        _ = Directory.CreateDirectory(Path.Combine(Ocirun.Root, id));

        _ = Ocirun.Succeed("delete", "--force", id);

        Directory.Exists(Path.Combine(Ocirun.Root, id)).Should().BeFalse();
    }

    [HostFact]
    public void DeleteForce_StateIsTruncated_RemovesIt()
    {
        using Container container = Create(NewBundle("true"));
        foreach (string file in Directory.GetFiles(Path.Combine(Ocirun.Root, container.Id), "*.json"))
        {
            File.WriteAllText(file, "{\"id\":");
        }

        _ = Native.Check(Native.Kill(container.Pid, Signals.Kill), "kill");
        _ = container.WaitForExit();
        string[] cgroups = Cgroups.Containing(container.Id);

        _ = Ocirun.Succeed("delete", "--force", container.Id);

        Directory.Exists(Path.Combine(Ocirun.Root, container.Id)).Should().BeFalse();
        cgroups.Should().NotBeEmpty();
        // What is not written anywhere can't be known: the test takes the cgroups away where the state named them.
        Cgroups.Remove(container.Id);
    }

    [HostFact]
    public void Delete_BundleIsGone_Works()
    {
        Bundle bundle = NewBundle("true");
        using Container container = Create(bundle).Start();
        _ = container.WaitForExit();
        Directory.Delete(bundle.Folder, recursive: true);

        _ = Ocirun.Succeed("delete", container.Id);

        NothingIsLeft();
    }

    [HostFact]
    public void Delete_ContainerMadeCgroups_RemovesThem()
    {
        using Container container = Create(NewBundle("true"));
        string cgroup = Cgroups.Of(container.Pid, "pids");
        _ = Directory.CreateDirectory(Path.Combine(cgroup, "inner", "deeper"));

        _ = Ocirun.Succeed("delete", "--force", container.Id);

        NothingIsLeft();
    }
}
