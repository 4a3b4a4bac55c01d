// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;

namespace OciRuntime.Cli.Parsing;

/// <summary>A parsed command line.</summary>
internal sealed record Invocation
{
    internal required ParseResult Arguments { get; init; }

    /// <summary>Null: only flags of ocirun itself, or none.</summary>
    internal required Verb? Verb { get; init; }

    internal required GlobalOptions Global { get; init; }

    /// <summary>The words after the command that are not flags.</summary>
    internal required IReadOnlyList<string> Words { get; init; }

    internal required bool HelpAsked { get; init; }
    internal required bool VersionAsked { get; init; }

    /// <summary>Null, or what is wrong with the command line: a flag or word too many or too few.</summary>
    internal required string? Problem { get; init; }

    /// <summary>The container's id, where the command takes one.</summary>
    internal string Id => Words[0];

    internal Log Log { get; init; } = Log.ToStandardError();

    /// <summary>Never throws for a wrong command line: the log may be named in it, and the problem belongs there.</summary>
    internal static Invocation Parse(string[] argv)
    {
        RootVerb root = new();
        ArgumentNormalizer normalizer = new(root);
        normalizer.Run(argv);
        ParserConfiguration literally = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        ParseResult arguments = CommandLineParser.Parse(root, normalizer.Output, literally);
        bool helpAsked = arguments.IsOn(root.Help) || (normalizer.Verb is { } verb && arguments.IsOn(verb.Help));
        List<string> words = [];
        if (normalizer.Verb is not null)
        {
            foreach (Token token in arguments.CommandResult.Tokens)
            {
                words.Add(token.Value);
            }

            words.AddRange(arguments.UnmatchedTokens);
        }

        return new Invocation
        {
            Arguments = arguments,
            Verb = normalizer.Verb,
            Global = GlobalOptions.Read(root, arguments),
            Words = words,
            HelpAsked = helpAsked,
            VersionAsked = arguments.IsOn(root.Version),
            Problem = normalizer.Problem ?? (helpAsked ? null : normalizer.Verb?.CheckCount(words.Count)),
        };
    }
}
