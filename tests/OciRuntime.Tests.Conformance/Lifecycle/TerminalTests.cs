// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

/// <summary>Foreground run with terminal: true, at a terminal that the test made.</summary>
public sealed class TerminalTests : ContainerTest
{
    private readonly PseudoTerminal _terminal;

    public TerminalTests() => _terminal = Own(new PseudoTerminal());

    [HostFact]
    [Trait("Category", "Vm")]
    public void Run_Terminal_AllThreeStreamsAreATerminalInside()
    {
        using ChildProcess run = StartAtTerminal(WithTerminal(NewShell("test -t 0 && test -t 1 && test -t 2 && echo all; tty; cat /proc/$$/stat | cut -d' ' -f7")));

        _terminal.Output.WaitFor("all");
        _terminal.Output.WaitFor("/dev/pts/0");
        run.Wait().Status.Should().Be(0);
        _terminal.Output.Drain();
        // The seventh field of proc_pid_stat(5): the controlling terminal.
        _terminal.Output.Text.Trim().Should().NotEndWith("\n0").And.NotEndWith(" 0");
        NothingIsLeft();
    }

    [HostFact]
    public void Run_Terminal_TypedTextReachesTheProgramAndIsEchoedOnce()
    {
        using ChildProcess run = StartAtTerminal(WithTerminal(NewShell("echo ready; read line; echo \"got <$line>\"")));
        _terminal.Output.WaitFor("ready");

        _terminal.Type("some words\n");

        run.Wait().Status.Should().Be(0);
        _terminal.Output.WaitFor("got <some words>");
        _terminal.Output.Text.Split("some words").Should().HaveCount(3, "once echoed by the container's terminal, once said by the program");
    }

    [HostFact]
    public void Run_Terminal_InterruptCharacterBecomesASignalInside()
    {
        using ChildProcess run = StartAtTerminal(WithTerminal(NewBundle("/guest", "sleep")));
        _terminal.Output.WaitFor("ready");

        _terminal.Type("\x03");

        _terminal.Output.WaitFor("signal 2");
        run.Signal(Signals.Terminate);
        run.Wait().Status.Should().Be(0);
    }

    [HostFact]
    public void Run_Terminal_StartsWithTheSizeOfTheCallersTerminal()
    {
        _terminal.Resize(33, 101);

        using ChildProcess run = StartAtTerminal(WithTerminal(NewShell("echo size $(stty size)")));

        run.Wait().Status.Should().Be(0);
        _terminal.Output.WaitFor("size 33 101");
    }

    [HostFact]
    public void Run_TerminalIsResized_ProgramIsToldAndSeesTheNewSize()
    {
        using ChildProcess run = StartAtTerminal(WithTerminal(NewBundle("/guest", "sleep")));
        _terminal.Output.WaitFor("ready");

        _terminal.Resize(40, 120);
        _terminal.Output.WaitFor("signal 28 size 40 120");
        _terminal.Resize(20, 60);
        _terminal.Output.WaitFor("signal 28 size 20 60");

        run.Signal(Signals.Terminate);
        run.Wait().Status.Should().Be(0);
    }

    [HostFact]
    public void Run_NormalExit_TerminalIsRawDuringAndRestoredAfter()
    {
        byte[] before = _terminal.Mode;
        using ChildProcess run = StartAtTerminal(WithTerminal(NewShell("echo ready; read line; exit 7")));
        _terminal.Output.WaitFor("ready");
        _terminal.IsRaw.Should().BeTrue();

        _terminal.Type("\n");

        run.Wait().Status.Should().Be(7);
        _terminal.Mode.Should().Equal(before);
    }

    [HostFact]
    public void Run_ProgramIsKilled_TerminalIsRestored()
    {
        byte[] before = _terminal.Mode;
        string id = NewId();
        using ChildProcess run = StartAtTerminal(WithTerminal(NewShell("echo ready; read line")), id);
        _terminal.Output.WaitFor("ready");

        _ = Ocirun.Succeed("kill", id, "KILL");

        run.Wait().Status.Should().Be(128 + Signals.Kill);
        _terminal.Mode.Should().Equal(before);
    }

    [HostTheory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Hangup)]
    [InlineData(Signals.Interrupt)]
    public void Run_RuntimeIsSignalled_TerminalIsRestored(int signal)
    {
        byte[] before = _terminal.Mode;
        using ChildProcess run = StartAtTerminal(WithTerminal(NewBundle("/guest", "sleep")));
        _terminal.Output.WaitFor("ready");

        run.Signal(signal);
        _terminal.Output.WaitFor($"signal {signal} ");
        run.Signal(Signals.Terminate);

        run.Wait().Status.Should().Be(0);
        _terminal.Mode.Should().Equal(before);
    }

    [HostTheory]
    [InlineData("/missing")]
    [InlineData("/etc/passwd")]
    public void Run_ProgramCannotBeExecuted_TerminalIsRestored(string program)
    {
        byte[] before = _terminal.Mode;

        using ChildProcess run = StartAtTerminal(WithTerminal(NewBundle(program)));

        run.Wait().Status.Should().Be(1);
        _terminal.Mode.Should().Equal(before);
        NothingIsLeft();
    }

    [HostFact]
    public void Run_ManyLinesAtTheEnd_NoneIsLost()
    {
        using ChildProcess run = StartAtTerminal(WithTerminal(NewShell("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done")));
        for (int i = 0; i < 2000; i++)
        {
            _terminal.Output.WaitFor($"line {i}\r");
        }

        run.Wait().Status.Should().Be(0);
    }

    [HostFact]
    public void Run_Terminal_ConsoleIsTheTerminal()
    {
        using ChildProcess run = StartAtTerminal(WithTerminal(NewShell("echo to the console >/dev/console; stat -c '%F %t' /dev/console")));

        run.Wait().Status.Should().Be(0);
        _terminal.Output.WaitFor("to the console");
        _terminal.Output.WaitFor("character special file 88");
    }

    // unix98 terminals belong to the user whose program has them.
    [HostFact]
    public void Run_TerminalOfAUser_IsTheUsers()
    {
        Bundle bundle = WithTerminal(NewShell("echo owner $(stat -c %u $(tty)); echo x >/dev/tty && echo writable"));
        bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };

        using ChildProcess run = StartAtTerminal(bundle.Save());

        run.Wait().Status.Should().Be(0);
        _terminal.Output.WaitFor("owner 1000");
        _terminal.Output.WaitFor("writable");
    }

    // The default config as spec writes it asks for a terminal, and runs as it is.
    [HostFact]
    public void Run_ConfigWrittenBySpec_RunsAShell()
    {
        Bundle bundle = NewBundle();
        System.IO.File.Delete(bundle.ConfigPath);
        _ = Ocirun.Succeed("spec", "--bundle", bundle.Folder);

        using ChildProcess run = StartAtTerminal(bundle);
        _terminal.Output.WaitFor("# ");
        _terminal.Type("echo $((6*7)); exit 5\n");

        _terminal.Output.WaitFor("42");
        run.Wait().Status.Should().Be(5);
        NothingIsLeft();
    }

    [HostFact]
    public void Run_TerminalIsWantedButThereIsNone_FailsAndLeavesNothing()
    {
        Outcome outcome = Run(WithTerminal(NewBundle("true")));

        outcome.Status.Should().BeOneOf([0, 1], "a peer runs it all the same: {0}", outcome);
        NothingIsLeft();
    }

    private static Bundle WithTerminal(Bundle bundle) => bundle.With(b => b.Process["terminal"] = true);

    private ChildProcess StartAtTerminal(Bundle bundle, string? id = null) =>
        Own(Ocirun.StartWith(l => l with { Terminal = _terminal.Path }, "run", "--bundle", bundle.Folder, id ?? NewId()));
}
