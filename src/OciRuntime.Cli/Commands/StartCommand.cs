// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;
using OciRuntime.Plan;

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
        (HooksPlan hooks, SeccompListenerPlan? listener) = StoredConfig.ReadForStart(store, call.Id);
        string warning = ContainerStarter.Start(store, call.Id, hooks, listener, ServiceVariables.NotifySocket);
        call.Log.WarnUnlessEmpty(warning);
        return ExitCode.Success;
    }
}
