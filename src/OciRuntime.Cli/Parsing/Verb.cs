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

    /// <summary>Whether everything behind the first word is a word: it is for another program.</summary>
    internal virtual bool EndsFlagsAtFirstWord => false;

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
