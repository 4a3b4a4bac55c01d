// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Parsing;

namespace OciRuntime.Cli.Commands;

/// <summary><c>help</c> and <c>help COMMAND</c>: the same as <c>--help</c> and <c>COMMAND --help</c>.</summary>
internal sealed class HelpCommand : Verb
{
    internal HelpCommand()
        : base("help", "show this, or the help of one command") =>
        Arguments.Add(new Argument<string>("command") { Arity = ArgumentArity.ZeroOrOne, Description = "the command" });

    internal override (int Minimum, int Maximum) Positionals => (0, 1);

    internal override int Run(Invocation call)
    {
        string? name = call.Words.Count == 0 ? null : call.Words[0];
        if (name is not null && Verbs.Create(name) is null)
        {
            throw new CommandException($"No help topic for '{name}'");
        }

        Output.Write(HelpText.Of(name));
        return ExitCode.Success;
    }
}
