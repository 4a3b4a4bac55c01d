// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;

namespace OciRuntime.Cli.Commands;

internal sealed class PauseCommand : Verb
{
    internal PauseCommand()
        : base("pause", "stop every process of a container where it is") =>
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });

    internal override (int Minimum, int Maximum) Positionals => (1, 1);

    internal override int Run(Invocation call)
    {
        ContainerPauser.Pause(new StateStore(call.Global.Root), call.Id);
        return ExitCode.Success;
    }
}
