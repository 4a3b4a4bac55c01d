// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

/// <summary>NOTIFY_SOCKET: who starts the runtime hears when the container is ready.</summary>
public sealed class ReadinessTests : ContainerTest
{
    private readonly ServiceManager _manager;

    public ReadinessTests() => _manager = Own(new ServiceManager(Path.Combine(Folder, "manager.sock")));

    // It stays on, and takes the container's end for its own: so it is the main process.
    [HostTheory]
    [InlineData("READY=1", "READY=1\n")]
    [InlineData("STATUS=loading|READY=1|STATUS=serving", "READY=1\n")]
    public void Foreground_Ready_IsToldWithTheRuntimeAsTheMainProcess(string message, string told)
    {
        (Bundle bundle, Descriptor end) = NewNotifier($"'{message.Replace('|', '\n')}'");

        using ChildProcess run = Start(_manager.Path, "run", "--bundle", bundle.Folder, NewId());

        _manager.Receive().Should().Be(told);
        _manager.Receive().Should().Be($"MAINPID={run.Pid}\n");
        end.Write("end\n");
        run.Wait().Status.Should().Be(7);
        _manager.HasMessage().Should().BeFalse();
    }

    // A program whose barrier is not passed waits for it. What it says after it was ready concerns nobody.
    [HostFact]
    public void Foreground_SaysMoreAndWaitsAtBarriers_GoesOn()
    {
        (Bundle bundle, Descriptor end) = NewNotifier("BARRIER=1 READY=1 BARRIER=1 STOPPING=1 READY=1 BARRIER=1");

        using ChildProcess run = Start(_manager.Path, "run", "--bundle", bundle.Folder, NewId());

        run.Output!.WaitFor("notified");
        end.Write("end\n");
        run.Wait().Output.Should().Be("sent BARRIER=1\nsent READY=1\nsent BARRIER=1\nsent STOPPING=1\nsent READY=1\nsent BARRIER=1\nnotified\n");
        _manager.Receive().Should().Be("READY=1\n");
        _manager.Receive().Should().Be($"MAINPID={run.Pid}\n");
        _manager.HasMessage().Should().BeFalse();
    }

    [HostFact]
    public void Detached_Ready_IsToldWithTheContainersProcessAndABarrier()
    {
        (Bundle bundle, Descriptor end) = NewNotifier("READY=1");
        string id = NewId();

        using ChildProcess run = Start(_manager.Path, "run", "--detach", "--bundle", bundle.Folder, id);

        _manager.Receive().Should().Be("READY=1\n");
        _manager.Receive().Should().Be($"MAINPID={Ocirun.State(id)["pid"]!.GetValue<int>()}\n");
        _manager.Receive().Should().Be("BARRIER=1+fd");
        run.Wait().Status.Should().Be(0);
        end.Write("end\n");
    }

    [HostFact]
    public void CreateAndStart_Ready_IsToldByStart()
    {
        (Bundle bundle, Descriptor end) = NewNotifier("READY=1");
        string id = NewId();
        using ChildProcess create = Start(_manager.Path, "create", "--bundle", bundle.Folder, id);
        create.Wait().Status.Should().Be(0);
        _manager.HasMessage().Should().BeFalse();

        using ChildProcess start = Start(_manager.Path, "start", id);

        _manager.Receive().Should().Be("READY=1\n");
        _manager.Receive().Should().Be($"MAINPID={Ocirun.State(id)["pid"]!.GetValue<int>()}\n");
        _manager.Receive().Should().Be("BARRIER=1+fd");
        start.Wait().Status.Should().Be(0);
        end.Write("end\n");
    }

    [HostFact]
    public void AbstractSocket_Ready_IsTold()
    {
        using ServiceManager manager = new($"@{NewId()}");
        (Bundle bundle, Descriptor end) = NewNotifier("READY=1");

        using ChildProcess run = Start(manager.Path, "run", "--bundle", bundle.Folder, NewId());

        manager.Receive().Should().Be("READY=1\n");
        end.Write("end\n");
        run.Wait().Status.Should().Be(7);
    }

    // It never says so: nobody waits longer than it lives.
    [HostFact]
    public void Detached_EndsWithoutBeingReady_IsNotWaitedFor()
    {
        using ChildProcess run = Start(_manager.Path, "run", "--detach", "--bundle", NewBundle("true").Folder, NewId());

        run.Wait().Status.Should().Be(0);
        _manager.HasMessage().Should().BeFalse();
    }

    [HostFact]
    public void Detached_ManagerIsGone_WarnsAndTheContainerRuns()
    {
        (Bundle bundle, Descriptor end) = NewNotifier("READY=1");
        string id = NewId();

        using ChildProcess run = Start(Path.Combine(Folder, "gone.sock"), "run", "--detach", "--bundle", bundle.Folder, id);

        Outcome outcome = run.Wait();
        outcome.Status.Should().Be(0);
        outcome.Error.Should().Contain("gone.sock that the container is ready: ENOENT (no such file or directory)");
        Ocirun.StatusOf(id).Should().Be("running");
        end.Write("end\n");
    }

    // As a user without any rights, in a root file system that is read-only, and in a state folder whose path is longer than an address.
    [HostFact]
    public void Container_SeesTheSocketReadOnly()
    {
        (Bundle bundle, Descriptor end) = NewNotifier("READY=1", "touch /run/notify/x; echo $NOTIFY_SOCKET; ls -l /run/notify;");
        bundle.With(b =>
        {
            b.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
            b.Process["env"]!.AsArray().Add("NOTIFY_SOCKET=/of/the/config");
        });
        end.Write("end\n");
        string root = Path.Combine(Folder, new string('a', 120));

        using ChildProcess run = Ocirun.StartRaw(
            l => l with { Environment = [.. l.Environment, $"NOTIFY_SOCKET={_manager.Path}"] }, "--root", root, "run", "--bundle", bundle.Folder, NewId());

        Outcome outcome = run.Wait();
        outcome.Error.Should().Be("touch: /run/notify/x: Read-only file system\n");
        outcome.Output.Should().StartWith("/run/notify/notify.sock\n").And.Contain("srwxrwxrwx").And.EndWith("sent READY=1\nnotified\n");
        _manager.Receive().Should().Be("READY=1\n");
        Directory.GetFileSystemEntries(root).Should().BeEmpty();
    }

    [HostFact]
    public void NobodyWaits_ContainerHasNoSocket() =>
        OutputOf(NewShell("echo ${NOTIFY_SOCKET-none}; test -e /run/notify && echo folder; true")).Should().Be("none\n");

    /// <summary>Says it is ready, and lives until a line is written to the descriptor; its status is 7.</summary>
    private (Bundle Bundle, Descriptor End) NewNotifier(string messages, string before = "")
    {
        string fifo = Path.Combine(Folder, "end");
        using ChildProcess mkfifo = ChildProcess.Start(new Launch("/usr/bin/mkfifo", [fifo]) { Environment = Ocirun.Environment });
        _ = mkfifo.Wait();
        Bundle bundle = NewShell($"{before} /guest notify {messages}; echo notified; read line < /end; exit 7").With(b => b.AddMount("/end", "bind", fifo, "bind"));

        // Read and write, so that neither end waits for the other, and a line that is early is kept.
        return (bundle, Own(Descriptor.Open(fifo, 2)));
    }

    private ChildProcess Start(string manager, params string[] args) =>
        Ocirun.StartWith(l => l with { Environment = new List<string>(l.Environment) { $"NOTIFY_SOCKET={manager}" } }, args);
}
