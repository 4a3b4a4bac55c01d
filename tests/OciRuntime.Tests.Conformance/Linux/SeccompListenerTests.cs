// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>SCMP_ACT_NOTIFY: an agent outside of the container decides.</summary>
public sealed class SeccompListenerTests : ContainerTest
{
    private const int Mkdir = 83;
    private const int Medium = 123; // ENOMEDIUM

    private string Socket => Path.Combine(Folder, "agent.sock");

    [HostTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Agent_OfARun_DecidesAndKnowsTheContainer(bool noNewPrivileges)
    {
        string id = NewId();
        using SeccompAgent agent = new(Socket, number => number == Mkdir ? Medium : 0);
        Bundle bundle = Notifying(["mkdir"], "mkdir /dev/shm/x; ls /proc/self/fd").With(b => b.Process["noNewPrivileges"] = noNewPrivileges);

        Outcome outcome = Ocirun.Run("run", "--bundle", bundle.Folder, id);

        outcome.Error.Should().Contain("mkdir: can't create directory '/dev/shm/x': No medium found");
        outcome.Output.Should().Be("0\n1\n2\n3\n", "the listener is nobody's in the container; 3 is ls's own");
        JsonObject state = agent.TakeState();
        state["ociVersion"]!.GetValue<string>().Should().NotBeEmpty();
        state["fds"]!.ToJsonString().Should().Be("[\"seccompFd\"]");
        state["metadata"]!.GetValue<string>().Should().Be("some \"data\"");
        state["pid"]!.GetValue<int>().Should().BePositive().And.Be(state["state"]!["pid"]!.GetValue<int>());
        state["state"]!["id"]!.GetValue<string>().Should().Be(id);
        state["state"]!["status"]!.GetValue<string>().Should().Be("created");
        state["state"]!["bundle"]!.GetValue<string>().Should().Be(bundle.Folder);
        agent.WaitForEnd().Should().BeTrue();
        agent.Trouble.Should().BeEmpty();
    }

    // Whatever of the runtime's own calls is asked for, it goes on as soon as the agent answers.
    [HostTheory]
    [InlineData(true, "execve")]
    [InlineData(false, "execve")]
    [InlineData(true, "sendmsg")]
    [InlineData(false, "sendmsg")]
    [InlineData(true, "sendmsg", "recvmsg", "execve", "close", "openat", "read", "futex", "mmap")]
    [InlineData(false, "sendmsg", "recvmsg", "prctl", "setgroups", "setresuid", "setresgid", "capset", "chdir", "getcwd", "statx", "execve")]
    public void Agent_AskedForTheRuntimesOwnCalls_LetsItGoOn(bool noNewPrivileges, params string[] names)
    {
        using SeccompAgent agent = new(Socket, _ => 0);
        Bundle bundle = Notifying(names, "echo runs").With(b => b.Process["noNewPrivileges"] = noNewPrivileges);

        OutputOf(bundle).Should().Be("runs\n");
        agent.TakeState()["fds"]!.ToJsonString().Should().Be("[\"seccompFd\"]");
        agent.WaitForEnd().Should().BeTrue();
        agent.Trouble.Should().BeEmpty();
    }

    [HostFact]
    public void Agent_OfACreatedContainer_GetsItsListenerAtStart()
    {
        using SeccompAgent agent = new(Socket, number => number == Mkdir ? Medium : 0);
        using Container container = Create(Notifying(["mkdir"], "mkdir /dev/shm/x"));
        agent.States.Should().BeEmpty();

        container.Start();

        JsonObject state = agent.TakeState();
        state["pid"]!.GetValue<int>().Should().Be(container.Pid);
        container.WaitForExit().Should().Be(1);
        container.Error.ReadToEnd().Should().Contain("No medium found");
    }

    [HostFact]
    public void Agent_OfAnExec_KnowsItsProcessAndTheContainers()
    {
        using SeccompAgent agent = new(Socket, number => number == Mkdir ? Medium : 0, connections: 2);
        using Container container = RunDetached(Notifying(["mkdir"], "sleep 1000"));
        _ = agent.TakeState();

        Outcome outcome = Ocirun.Run("exec", container.Id, "mkdir", "/dev/shm/x");

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("No medium found");
        JsonObject state = agent.TakeState();
        state["state"]!["pid"]!.GetValue<int>().Should().Be(container.Pid);
        state["state"]!["status"]!.GetValue<string>().Should().Be("running");
        state["pid"]!.GetValue<int>().Should().BePositive().And.NotBe(container.Pid);
    }

    [HostFact]
    public void NoAgent_Run_FailsAndSaysSo()
    {
        Outcome outcome = Run(Notifying(["mkdir"], "echo never"));

        outcome.Status.Should().Be(1);
        outcome.Output.Should().BeEmpty();
        outcome.Error.Should().Contain("failed to connect with seccomp agent").And.Contain("/linux/seccomp/listenerPath").And.Contain(Socket);
        NothingIsLeft();
    }

    [HostFact]
    public void NoAgent_Start_FailsAndTheContainerStaysCreated()
    {
        using Container container = Create(Notifying(["mkdir"], "echo never"));

        Ocirun.Fail("start", container.Id).Error.Should().Contain("failed to connect with seccomp agent");

        container.Status.Should().Be("created");
    }

    [HostFact]
    public void ListenerPath_WithoutNotify_IsNotUsed()
    {
        Bundle bundle = Notifying(["mkdir"], "mkdir /dev/shm/x && echo made").With(b => b.Linux["seccomp"]!["syscalls"] = new JsonArray());

        OutputOf(bundle).Should().Be("made\n");
    }

    private Bundle Notifying(string[] names, string script) => NewShell(script).With(b => b.Linux["seccomp"] = new JsonObject
    {
        ["defaultAction"] = "SCMP_ACT_ALLOW",
        ["listenerPath"] = Socket,
        ["listenerMetadata"] = "some \"data\"",
        ["syscalls"] = new JsonArray(new JsonObject { ["names"] = Bundle.Array(names), ["action"] = "SCMP_ACT_NOTIFY" }),
    });
}
