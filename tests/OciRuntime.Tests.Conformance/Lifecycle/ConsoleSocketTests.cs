// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class ConsoleSocketTests : ContainerTest
{
    private readonly DescriptorSocket _socket;

    public ConsoleSocketTests() => _socket = Own(new DescriptorSocket(Path.Combine(Folder, "socket")));

    [HostFact]
    [Trait("Category", "Vm")]
    public void Create_ConsoleSocket_SendsTheTerminalOnceThenRuns()
    {
        using Container container = Create(WithTerminal(NewShell("tty; read line; echo \"got <$line>\"; stty size")), "--console-socket", _socket.Path);
        using OutputReader terminal = TheTerminal();

        _ = container.Start();
        terminal.WaitFor("/dev/pts/0");
        terminal.Source.Write("words\n");

        terminal.WaitFor("got <words>");
        container.WaitForExit().Should().Be(0);
        container.Output.ReadToEnd().Should().BeEmpty("all went to the terminal");
    }

    [HostFact]
    public void RunDetached_ConsoleSocket_SendsTheTerminal()
    {
        using Container container = RunDetached(WithTerminal(NewShell("echo ready; read line; exit 4")), "--console-socket", _socket.Path);
        using OutputReader terminal = TheTerminal();

        terminal.WaitFor("ready");
        terminal.Source.Write("\n");

        container.WaitForExit().Should().Be(4);
    }

    [HostFact]
    public void Create_ConsoleSize_IsTheTerminals()
    {
        Bundle bundle = WithTerminal(NewShell("echo size $(stty size)"));
        bundle.Process["consoleSize"] = new JsonObject { ["height"] = 30, ["width"] = 90 };
        using Container container = Create(bundle.Save(), "--console-socket", _socket.Path);
        using OutputReader terminal = TheTerminal();

        container.Start().WaitForExit().Should().Be(0);

        terminal.WaitFor("size 30 90");
    }

    [HostFact]
    public void Create_TerminalWithoutConsoleSocket_Fails()
    {
        Outcome outcome = Ocirun.Fail("create", "--bundle", WithTerminal(NewBundle("true")).Folder, NewId());

        outcome.Error.Should().Contain("console socket");
        NothingIsLeft();
    }

    [HostFact]
    public void RunDetached_TerminalWithoutConsoleSocket_Fails()
    {
        Outcome outcome = Ocirun.Fail("run", "--detach", "--bundle", WithTerminal(NewBundle("true")).Folder, NewId());

        outcome.Error.Should().Contain("console socket");
        NothingIsLeft();
    }

    [HostFact]
    public void Create_ConsoleSocketWithoutTerminal_Fails()
    {
        Outcome outcome = Ocirun.Fail("create", "--console-socket", _socket.Path, "--bundle", NewBundle("true").Folder, NewId());

        outcome.Error.Should().Contain("console socket");
        _socket.HasConnection().Should().BeFalse();
        NothingIsLeft();
    }

    [HostFact]
    public void Create_ConsoleSocketIsMissing_FailsAndLeavesNothing()
    {
        _ = Ocirun.Fail("create", "--console-socket", Path.Combine(Folder, "missing"), "--bundle", WithTerminal(NewBundle("true")).Folder, NewId());

        NothingIsLeft();
    }

    [HostFact]
    public void Create_ConsoleSocketIsAFile_FailsAndLeavesNothing()
    {
        string file = Path.Combine(Folder, "file");
        File.WriteAllText(file, string.Empty);

        _ = Ocirun.Fail("create", "--console-socket", file, "--bundle", WithTerminal(NewBundle("true")).Folder, NewId());

        NothingIsLeft();
    }

    [HostFact]
    public void Create_PidfdSocket_SendsTheProcessOnce()
    {
        using Container container = Create(NewBundle("true"), "--pidfd-socket", _socket.Path);

        using Descriptor pidfd = TheDescriptor();

        string info = File.ReadAllText($"/proc/self/fdinfo/{pidfd.Number}");
        info.Split('\n').Should().Contain($"Pid:\t{container.Pid}");
        pidfd.WaitReadable(System.TimeSpan.Zero).Should().BeFalse("the process lives");
        container.Start().WaitForExit().Should().Be(0);
        pidfd.WaitReadable(Host.Timeout).Should().BeTrue("the process has ended");
    }

    [HostFact]
    public void RunDetached_PidfdSocket_SendsTheProcess()
    {
        using Container container = RunDetached(NewBundle("/guest", "sleep"), "--pidfd-socket", _socket.Path);

        using Descriptor pidfd = TheDescriptor();

        File.ReadAllText($"/proc/self/fdinfo/{pidfd.Number}").Split('\n').Should().Contain($"Pid:\t{container.Pid}");
    }

    private static Bundle WithTerminal(Bundle bundle) => bundle.With(b => b.Process["terminal"] = true);

    private OutputReader TheTerminal() => new(TheDescriptor());

    // go-runc and conmon refuse anything but one message with a payload and one descriptor.
    private Descriptor TheDescriptor()
    {
        List<DescriptorSocket.Message> messages = _socket.ReceiveAll();
        DescriptorSocket.Message message = messages.Should().ContainSingle().Which;
        message.IsTruncated.Should().BeFalse();
        message.Payload.Length.Should().BeInRange(1, 4095);
        return message.Descriptors.Should().ContainSingle().Which;
    }
}
