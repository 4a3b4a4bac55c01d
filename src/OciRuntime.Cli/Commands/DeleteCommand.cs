// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;

namespace OciRuntime.Cli.Commands;

internal sealed class DeleteCommand : Verb
{
    private readonly Option<bool> _force = Flags.Switch("--force", "kill what still runs, and succeed if there is nothing", "-f");

    internal DeleteCommand()
        : base("delete", "remove what a stopped container has left")
    {
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });
        Options.Add(_force);
    }

    internal override (int Minimum, int Maximum) Positionals => (1, 1);

    internal override int Run(Invocation call)
    {
        StateStore store = new(call.Global.Root);
        string warnings = ContainerRemover.Delete(store, call.Id, call.Arguments.IsOn(_force), StoredConfig.ReadHooksOfAny(store, call.Id));
        call.Log.WarnUnlessEmpty(warnings);
        return ExitCode.Success;
    }
}
