// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;

namespace OciRuntime.Cli.Parsing;

/// <summary>One command: what it takes, and what it does.</summary>
internal abstract class Verb : Command
{
    protected const string IdDescription = "the container's name, unique below the root";

    protected Verb(string name, string description)
        : base(name, description) => Options.Add(Help);

    internal Option<bool> Help { get; } = Flags.Help();

    /// <summary>How many words the command takes that are not flags.</summary>
    internal abstract (int Minimum, int Maximum) Positionals { get; }

    /// <summary>Whether all that follows the first word is words: another program's command line.</summary>
    internal virtual bool StopsAtWord => false;

    /// <summary>What ocirun exits with if <see cref="Run"/> fails.</summary>
    internal virtual int FailureStatus => ExitCode.Failure;

    /// <summary>How the message of such a failure starts.</summary>
    internal virtual string FailurePrefix => "";

    internal abstract int Run(Invocation call);

    /// <returns>Null, or what is wrong with the number of words.</returns>
    internal string? CheckCount(int count)
    {
        (int minimum, int maximum) = Positionals;
        if (count >= minimum && count <= maximum)
        {
            return null;
        }

        string rule = minimum == maximum ? "exactly" : count < minimum ? "a minimum of" : "a maximum of";
        return $"\"{Name}\" requires {rule} {(count < minimum ? minimum : maximum)} argument(s)";
    }
}
