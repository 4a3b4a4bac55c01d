// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Cli.Commands;

namespace OciRuntime.Cli.Parsing;

/// <summary>The commands by their names. Only the one that is asked for is built: the others would cost time at every start.</summary>
internal static class Verbs
{
    /// <returns>Null: there is no such command.</returns>
    internal static Verb? Create(string name) => name switch
    {
        "create"   => new CreateCommand(),
        "debug"    => new DebugCommand(),
        "delete"   => new DeleteCommand(),
        "events"   => new EventsCommand(),
        "exec"     => new ExecCommand(),
        "features" => new FeaturesCommand(),
        "help"     => new HelpCommand(),
        "kill"     => new KillCommand(),
        "list"     => new ListCommand(),
        "pause"    => new PauseCommand(),
        "ps"       => new PsCommand(),
        "resume"   => new ResumeCommand(),
        "run"      => new RunCommand(),
        "spec"     => new SpecCommand(),
        "start"    => new StartCommand(),
        "state"    => new StateCommand(),
        "update"   => new UpdateCommand(),
        _          => null,
    };

    /// <summary>For help, in its order.</summary>
    internal static Verb[] All() =>
    [
        new RunCommand(), new CreateCommand(), new StartCommand(), new StateCommand(), new KillCommand(),
        new ExecCommand(), new PsCommand(), new PauseCommand(), new ResumeCommand(), new UpdateCommand(), new EventsCommand(), new DeleteCommand(), new ListCommand(),
        new SpecCommand(), new FeaturesCommand(), new HelpCommand(), new DebugCommand(),
    ];
}
