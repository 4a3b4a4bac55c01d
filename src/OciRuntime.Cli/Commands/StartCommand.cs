// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;

namespace OciRuntime.Cli.Commands;

internal sealed class StartCommand : Verb
{
    internal StartCommand()
        : base("start", "run the program of a created container") =>
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });

    internal override (int Minimum, int Maximum) Positionals => (1, 1);

    internal override int Run(Invocation call)
    {
        StateStore store = new(call.Global.Root);
        string warning = ContainerStarter.Start(store, call.Id, StoredConfig.ReadHooks(store, call.Id), ServiceVariables.NotifySocket);
        call.Log.WarnUnlessEmpty(warning);
        return ExitCode.Success;
    }
}
