// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Text;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;

namespace OciRuntime.Cli.Commands;

internal sealed class PsCommand : Verb
{
    private readonly Option<string> _format = Flags.Value("--format", "FORMAT", "table (default) or json", "-f");

    internal PsCommand()
        : base("ps", "list the processes of a container")
    {
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });
        Arguments.Add(new Argument<string[]>("ps-options")
        {
            Description = "for the host's ps, which makes the table (default: -ef)",
            Arity = ArgumentArity.ZeroOrMore,
        });
        Options.Add(_format);
    }

    internal override (int Minimum, int Maximum) Positionals => (1, int.MaxValue);

    internal override bool StopsAtWord => true;

    internal override int Run(Invocation call)
    {
        string format = call.Arguments.ValueOf(_format) ?? "table";
        if (format is not ("table" or "json"))
        {
            throw new CommandException("invalid format option");
        }

        List<int> pids = ContainerQueries.ProcessesOf(new StateStore(call.Global.Root), call.Id);
        List<string> options = [.. call.Words];
        options.RemoveAt(0);
        Output.Write(format == "json" ? Json(pids) : ProcessListing.Run(options, pids));
        return ExitCode.Success;
    }

    private static string Json(List<int> pids)
    {
        StringBuilder json = new("[");
        foreach (int pid in pids)
        {
            json.Append(json.Length > 1 ? "," : "").Append(pid.ToString(CultureInfo.InvariantCulture));
        }

        // As runc: no processes are null, as no containers are with list.
        return pids.Count == 0 ? "null\n" : json.Append("]\n").ToString();
    }
}
