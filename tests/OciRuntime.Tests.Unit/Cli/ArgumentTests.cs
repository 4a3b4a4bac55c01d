// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;
using FluentAssertions;
using OciRuntime.Cli;
using OciRuntime.Cli.Parsing;
using Xunit;

namespace OciRuntime.Tests.Unit.Cli;

public sealed class ArgumentTests
{
    [Theory]
    // What runc's and crun's callers write, and the one form that it comes to.
    [InlineData("state box", "state box")]
    [InlineData("run -d box", "run --detach box")]
    [InlineData("run box -d", "run box --detach")]
    [InlineData("run --detach=true box", "run --detach box")]
    [InlineData("run --detach=1 box", "run --detach box")]
    [InlineData("run --detach=false box", "run box")]
    [InlineData("run -d --detach=false box", "run box")]
    [InlineData("run --detach=false -d box", "run --detach box")]
    [InlineData("run -no-subreaper box", "run --no-subreaper box")]
    [InlineData("run -bundle=/b box", "run --bundle=/b box")]
    [InlineData("run -bundle /b box", "run --bundle=/b box")]
    [InlineData("run -b=/b box", "run --bundle=/b box")]
    [InlineData("run --bundle /a --bundle /b box", "run --bundle=/b box")]
    [InlineData("run --bundle= box", "run box")]
    [InlineData("run --bundle a=b:c box", "run --bundle=a=b:c box")]
    [InlineData("run --pid-file --detach box", "run --pid-file=--detach box")]
    [InlineData("run -- --detach", "run -- --detach")]
    [InlineData("delete -f true", "delete --force true")]
    [InlineData("kill box KILL", "kill box KILL")]
    [InlineData("kill --all box 9", "kill --all box 9")]
    [InlineData("kill -a box 9", "kill --all box 9")]
    [InlineData("kill box 9 -a", "kill box 9 --all")]
    [InlineData("list -f json -q", "list --format=json --quiet")]
    [InlineData("create --bundle /b --detach --pid-file p --console-socket s --no-new-keyring box",
        "create --bundle=/b --detach --pid-file=p --console-socket=s --no-new-keyring box")]
    [InlineData("--log-format=json --log /l create -f c.json box", "--log-format=json --log=/l create --config=c.json box")]
    [InlineData("--rootless=true list", "--rootless=true list")]
    [InlineData("--rootless list", "--rootless=true list")]
    [InlineData("--rootless auto list", "--rootless=auto list")]
    [InlineData("--rootless=false spec --rootless", "--rootless=false spec --rootless")]
    [InlineData("--systemd-cgroup state box", "--systemd-cgroup state box")]
    [InlineData("--systemd-cgroup=false state box", "state box")]
    [InlineData("ps -f json box -e -x", "ps --format=json -- box -e -x")]
    [InlineData("ps box -f json -- -e", "ps -- box -f json -- -e")]
    [InlineData("@file", "@file")]
    public void Normalizer_AcceptedSpelling_BecomesOneForm(string line, string expected)
    {
        ArgumentNormalizer normalizer = new(new RootVerb());
        normalizer.Run(Split(line));

        string.Join(' ', normalizer.Output).Should().Be(expected);
    }

    [Theory]
    [InlineData("state", "\"state\" requires exactly 1 argument(s)")]
    [InlineData("state a b", "\"state\" requires exactly 1 argument(s)")]
    [InlineData("kill", "\"kill\" requires a minimum of 1 argument(s)")]
    [InlineData("kill a 9 c", "\"kill\" requires a maximum of 2 argument(s)")]
    [InlineData("list a", "\"list\" requires exactly 0 argument(s)")]
    [InlineData("run --nonsense a", "flag provided but not defined: --nonsense")]
    [InlineData("run -x a", "flag provided but not defined: -x")]
    [InlineData("state --root /r a", "flag provided but not defined: --root")]
    [InlineData("run --bundle", "flag needs an argument: --bundle")]
    [InlineData("run --detach=maybe a", "invalid value \"maybe\" for flag --detach: not a boolean")]
    [InlineData("frobnicate a", "unknown command \"frobnicate\"")]
    [InlineData("@file", "unknown command \"@file\"")]
    [InlineData("[suggest]", "unknown command \"[suggest]\"")]
    public void Parse_WrongUsage_NamesTheProblem(string line, string problem)
    {
        Invocation.Parse(Split(line)).Problem.Should().Be(problem);
    }

    [Theory]
    [InlineData("--root / list", "Option --root argument should not be set to /")]
    [InlineData("--root /a/../ list", "Option --root argument should not be set to /")]
    [InlineData("--log-format xml list", "invalid log-format: xml")]
    [InlineData("--log-level loud list", "invalid log-level: loud")]
    [InlineData("--rootless=perhaps list", "invalid value \"perhaps\" for --rootless: true, false or auto")]
    [InlineData("--cgroup-manager none list", "invalid value \"none\" for --cgroup-manager: cgroupfs, systemd or disabled")]
    public void Parse_WrongGlobalValue_NamesTheProblem(string line, string problem)
    {
        Invocation call = Invocation.Parse(Split(line));

        call.Global.Problem.Should().Be(problem);
        call.Problem.Should().BeNull();
    }

    [Theory]
    [InlineData("run a", "a")]
    [InlineData("run @a", "@a")]
    [InlineData("run -- -a", "-a")]
    [InlineData("run run", "run")]
    [InlineData("state [suggest]", "[suggest]")]
    [InlineData("delete -f true", "true")]
    [InlineData("run a:b=c", "a:b=c")]
    public void Parse_Id_IsTakenLiterally(string line, string id)
    {
        Invocation call = Invocation.Parse(Split(line));

        call.Problem.Should().BeNull();
        call.Id.Should().Be(id);
    }

    [Fact]
    public void Parse_ProblemAfterLogFlags_KnowsTheLog()
    {
        Invocation call = Invocation.Parse(["--log", "/l", "--log-format=json", "run", "--nonsense"]);

        call.Problem.Should().NotBeNull();
        call.Global.Log.Should().Be(new LogOptions { File = "/l", Json = true, Level = LogLevel.Error });
    }

    [Theory]
    [InlineData("list", "Cgroupfs")]
    [InlineData("--systemd-cgroup list", "Systemd")]
    [InlineData("--cgroup-manager=systemd list", "Systemd")]
    [InlineData("--cgroup-manager disabled list", "Disabled")]
    public void Parse_CgroupManager_IsRead(string line, string expected)
    {
        Invocation.Parse(Split(line)).Global.CgroupManager.ToString().Should().Be(expected);
    }

    [Fact]
    public void Parse_EmptyValue_IsNoValue()
    {
        GlobalOptions global = Invocation.Parse(["--log", "", "--root=", "list"]).Global;

        global.Log.File.Should().BeNull();
        global.RootGiven.Should().BeFalse();
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("run --help")]
    [InlineData("run -h")]
    [InlineData("kill -help")]
    public void Parse_Help_IsNoProblem(string line)
    {
        Invocation call = Invocation.Parse(Split(line));

        call.HelpAsked.Should().BeTrue();
        call.Problem.Should().BeNull();
    }

    [Fact]
    public void Help_OfEveryVerb_NamesItAndItsFlags()
    {
        foreach (Verb verb in Verbs.All())
        {
            string help = HelpText.Of(verb.Name);

            help.Should().StartWith($"NAME:\n   ocirun {verb.Name} - ");
            foreach (Option option in Visible(verb))
            {
                help.Should().Contain(option.Name);
            }

            Verbs.Create(verb.Name).Should().BeOfType(verb.GetType());
        }
    }

    private static IEnumerable<Option> Visible(Verb verb)
    {
        foreach (Option option in verb.Options)
        {
            if (!option.Hidden)
            {
                yield return option;
            }
        }
    }

    private static string[] Split(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
