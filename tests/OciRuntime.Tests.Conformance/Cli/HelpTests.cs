// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Cli;

public sealed class HelpTests : ContainerTest
{
    private static readonly string[] s_commands = ["create", "delete", "events", "features", "kill", "list", "pause", "ps", "resume", "run", "spec", "start", "state", "update"];

    // moby looks for "NAME version X" in the first line, and for "commit:" and "spec:" below.
    [HostTheory]
    [InlineData("--version")]
    [InlineData("-v")]
    public void Version_Asked_HasTheLinesThatClientsRead(string flag)
    {
        Outcome outcome = Raw(flag);

        outcome.Status.Should().Be(0);
        outcome.Error.Should().BeEmpty();
        string[] lines = outcome.Output.TrimEnd('\n').Split('\n');
        lines[0].Should().MatchRegex("^[a-z]+ version [0-9]+\\.[0-9]+\\.[0-9]+");
        lines.Should().Contain(l => l.StartsWith("spec: 1.", System.StringComparison.Ordinal));
    }

    [HostTheory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    public void Help_Asked_NamesEveryCommand(string flag)
    {
        Outcome outcome = Raw(flag);

        outcome.Status.Should().Be(0);
        foreach (string command in s_commands)
        {
            outcome.Output.Should().Contain(command);
        }
    }

    [HostTheory]
    [InlineData("create", "--bundle,--console-socket,--pidfd-socket,--pid-file,--no-pivot,--no-new-keyring,--preserve-fds")]
    [InlineData("run", "--bundle,--console-socket,--pidfd-socket,--pid-file,--no-pivot,--no-new-keyring,--preserve-fds,--detach,--keep,--no-subreaper")]
    [InlineData("delete", "--force")]
    [InlineData("list", "--format,--quiet")]
    [InlineData("ps", "--format")]
    [InlineData("update", "--resources,--blkio-weight,--cpu-period,--cpu-quota,--cpu-burst,--cpu-share,--cpu-rt-period,--cpu-rt-runtime,--cpu-idle,--cpuset-cpus,--cpuset-mems,--memory,--memory-reservation,--memory-swap,--pids-limit")]
    [InlineData("spec", "--bundle")]
    public void Help_OfACommand_NamesItsFlags(string command, string flags)
    {
        Outcome outcome = Raw(command, "--help");

        outcome.Status.Should().Be(0);
        outcome.Output.Should().ContainAll(flags.Split(','));
    }

    [HostFact]
    public void Command_None_ShowsHelp() => Raw().Output.Should().ContainAll(s_commands);

    [HostFact]
    public void Command_Unknown_Fails()
    {
        Outcome outcome = Raw("nosuchcommand");

        outcome.Status.Should().NotBe(0);
        (outcome.Output + outcome.Error).Should().Contain("nosuchcommand");
    }

    [HostTheory]
    [InlineData("start")]
    [InlineData("start", "a", "b")]
    [InlineData("state")]
    [InlineData("create")]
    [InlineData("delete")]
    [InlineData("kill")]
    [InlineData("run")]
    [InlineData("list", "a")]
    [InlineData("state", "--nosuchflag", "a")]
    [InlineData("--nosuchflag", "list")]
    [InlineData("run", "--preserve-fds", "x", "a")]
    [InlineData("--log-format", "xml", "list")]
    [InlineData("list", "--format", "xml")]
    public void Arguments_Wrong_FailWith1(params string[] args)
    {
        Outcome outcome = Raw(args);

        outcome.Status.Should().Be(1, "{0}", outcome);
        outcome.Error.Should().NotBeEmpty();
        NothingIsLeft();
    }

    // Long flags with one dash (go-runc: -no-subreaper), values after = or apart, booleans with a value.
    [HostTheory]
    [InlineData("-bundle", "{bundle}")]
    [InlineData("--bundle={bundle}")]
    [InlineData("-bundle={bundle}")]
    [InlineData("-b", "{bundle}")]
    [InlineData("-b={bundle}")]
    [InlineData("-no-subreaper", "-bundle", "{bundle}")]
    [InlineData("--no-subreaper=true", "--no-new-keyring=false", "--keep=false", "--bundle", "{bundle}")]
    [InlineData("--preserve-fds=0", "--bundle", "{bundle}")]
    public void Flags_EverySpelling_IsUnderstood(params string[] flags)
    {
        Bundle bundle = NewBundle("echo", "hello");

        Outcome outcome = Ocirun.Run(["run", .. flags.Select(f => f.Replace("{bundle}", bundle.Folder, System.StringComparison.Ordinal)), NewId()]);

        outcome.Output.Should().Be("hello\n", "{0}", outcome);
        NothingIsLeft();
    }

    [HostTheory]
    [InlineData("--debug")]
    [InlineData("--debug=false")]
    [InlineData("--rootless=true")]
    [InlineData("--rootless", "false")]
    [InlineData("--rootless=auto")]
    [InlineData("--log-level", "debug")]
    [InlineData("--cgroup-manager", "cgroupfs")]
    [InlineData("--log-format=json")]
    public void GlobalFlags_Each_IsUnderstood(params string[] flags)
    {
        _ = System.IO.Directory.CreateDirectory(Ocirun.Root);

        Outcome outcome = Ocirun.Run([.. flags, "list", "--quiet"]);

        outcome.Status.Should().Be(0, "{0}", outcome);
    }

    [HostFact]
    public void Root_Slash_IsRefused() => Raw("--root", "/", "list").Status.Should().Be(1);

    // runc's parser stops at the first positional; others go on.
    [HostFact]
    public void Flags_AfterTheId_AreUnderstoodOrRefused()
    {
        Outcome outcome = Ocirun.Run("delete", NewId(), "--force");

        outcome.Status.Should().BeOneOf(0, 1);
    }

    private Outcome Raw(params string[] args)
    {
        using ChildProcess process = Ocirun.StartRaw(l => l, args);
        return process.Wait();
    }
}
