// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;

namespace OciRuntime.Cli.Commands;

internal sealed class ResumeCommand : Verb
{
    internal ResumeCommand()
        : base("resume", "let the processes of a paused container go on") =>
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });

    internal override (int Minimum, int Maximum) Positionals => (1, 1);

    internal override int Run(Invocation call)
    {
        ContainerPauser.Resume(new StateStore(call.Global.Root), call.Id);
        return ExitCode.Success;
    }
}
