// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.CommandLine;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;

namespace OciRuntime.Cli.Commands;

internal sealed class StateCommand : Verb
{
    internal StateCommand()
        : base("state", "print a container's state as JSON") =>
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });

    internal override (int Minimum, int Maximum) Positionals => (1, 1);

    internal override int Run(Invocation call)
    {
        ContainerSnapshot snapshot = ContainerQueries.Get(new StateStore(call.Global.Root), call.Id);
        ArrayBufferWriter<byte> json = new();
        StateJson.WriteState(json, snapshot);
        Output.Write(json.WrittenSpan);
        return ExitCode.Success;
    }
}
