// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Parsing;
using OciRuntime.Cli.Text;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Commands;

internal sealed class EventsCommand : Verb
{
    private readonly Option<string> _interval = Flags.Value("--interval", "TIME", "between lines of statistics: 100ms, 5s (default), 1m30s");
    private readonly Option<bool> _stats = Flags.Switch("--stats", "print one line of statistics, and end");

    internal EventsCommand()
        : base("events", "print what a container uses, and that it ran out of memory")
    {
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });
        Options.Add(_interval);
        Options.Add(_stats);
    }

    internal override (int Minimum, int Maximum) Positionals => (1, 1);

    internal override int Run(Invocation call)
    {
        const long NanosecondsPerMillisecond = 1_000_000;
        string text = call.Arguments.ValueOf(_interval) ?? "5s";
        long interval = Duration.ParseNanoseconds(text) ?? throw new CommandException($"invalid value \"{text}\" for --interval: not a time such as 100ms, 5s or 1m30s");
        if (interval <= 0)
        {
            throw new CommandException("duration interval must be greater than 0");
        }

        StateStore store = new(call.Global.Root);
        if (call.Arguments.IsOn(_stats))
        {
            Output.Write(ContainerEvents.ReadStats(store, call.Id));
        }
        else
        {
            ContainerEvents.Follow(store, call.Id, (interval + NanosecondsPerMillisecond - 1) / NanosecondsPerMillisecond, Fd.StandardOutput);
        }

        return ExitCode.Success;
    }
}
