// SPDX-License-Identifier: Apache-2.0
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

        using StringWriter text = new();
        string path = shown == root ? root.Name : $"{root.Name} {shown.Name}";
        text.Write($"NAME:\n   {path} - {shown.Description}\n\n");

        // The line above has it already.
        shown.Description = null;
        ParseResult result = CommandLineParser.Parse(root, shown == root ? [] : [shown.Name]);
        result.InvocationConfiguration.Output = text;

        // The default width would ask System.Console.
        new HelpAction { MaxWidth = Width }.Invoke(result);
        return text.ToString();
    }
}
