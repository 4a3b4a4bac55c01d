// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Parsing;
using OciRuntime.Cli.Text;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;

namespace OciRuntime.Cli.Commands;

internal sealed class KillCommand : Verb
{
    private readonly Option<bool> _all = Flags.Hidden(Flags.Switch("--all", "", "-a"));

    internal KillCommand()
        : base("kill", "send a signal to a container's first process")
    {
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });
        Arguments.Add(new Argument<string>("signal")
        {
            Description = "KILL, SIGKILL or 9 (default: TERM)",
            Arity = ArgumentArity.ZeroOrOne,
        });
        Options.Add(_all);
    }

    internal override (int Minimum, int Maximum) Positionals => (1, 2);

    internal override int Run(Invocation call)
    {
        string name = call.Words is [_, { Length: > 0 } given] ? given : "TERM";
        int signal = SignalNames.Parse(name) ?? throw new CommandException($"unknown signal \"{name}\"");
        ContainerSignaller.Kill(new StateStore(call.Global.Root), call.Id, signal, call.Arguments.IsOn(_all));
        return ExitCode.Success;
    }
}
