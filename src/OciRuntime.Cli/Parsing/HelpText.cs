// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.IO;

namespace OciRuntime.Cli.Parsing;

/// <summary>What <c>--help</c> shows.</summary>
internal static class HelpText
{
    private const int Width = 100;

    /// <param name="name">Null: of ocirun itself.</param>
    internal static string Of(string? name)
    {
        RootVerb root = new();
        Command shown = root;
        foreach (Verb verb in Verbs.All())
        {
            root.Subcommands.Add(verb);
            shown = verb.Name == name ? verb : shown;
        }

        ParseResult result = CommandLineParser.Parse(root, shown == root ? [] : [shown.Name]);
        using StringWriter text = new();
        result.InvocationConfiguration.Output = text;

        // Who names a hidden command gets its help all the same.
        shown.Hidden = false;

        // The default width would ask System.Console.
        new HelpAction { MaxWidth = Width }.Invoke(result);

        // The description stands where runc's help has it.
        string help = text.ToString();
        string path = shown == root ? root.Name : $"{root.Name} {shown.Name}";
        return $"NAME:\n   {path} - {shown.Description}\n\n{help[help.IndexOf("Usage:", StringComparison.Ordinal)..].TrimEnd()}\n";
    }
}
