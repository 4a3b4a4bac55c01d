// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.CommandLine;

namespace OciRuntime.Cli.Parsing;

/// <summary>
/// Brings what runc's and crun's callers write into the one form that System.CommandLine can't misread: every flag at most once, the last
/// one wins, as <c>--name</c> or <c>--name=value</c>; nothing else starts with a dash before <c>--</c>.
/// </summary>
internal sealed class ArgumentNormalizer(RootVerb root)
{
    private readonly List<string> _output = [];
    private Command _scope = root;

    // Where the flags of the current scope start in the output: one name may mean two things before and after the command.
    private int _scopeStart;

    // Behind the command.
    private int _words;

    internal IReadOnlyList<string> Output => _output;

    /// <summary>Null: no command was named.</summary>
    internal Verb? Verb { get; private set; }

    /// <summary>The first thing that is wrong; what follows it is not looked at.</summary>
    internal string? Problem { get; private set; }

    internal void Run(ReadOnlySpan<string> argv)
    {
        while (!argv.IsEmpty && Problem is null)
        {
            string token = argv[0];
            argv = argv[1..];
            if (token == "--")
            {
                _output.Add(token);
                _output.AddRange(argv);
                return;
            }

            if (token is ['-', _, ..])
            {
                argv = argv[TakeFlag(token, argv)..];
            }
            else
            {
                TakePositional(token);
                if (Verb is { StopsAtWord: true } && _words > 0)
                {
                    // In front of it, or a dash in the command would be a flag of ours.
                    _output.Insert(_output.Count - 1, "--");
                    _output.AddRange(argv);
                    return;
                }
            }
        }
    }

    /// <returns>How many of the <paramref name="following"/> tokens belong to the flag.</returns>
    private int TakeFlag(string token, ReadOnlySpan<string> following)
    {
        // Go's flag package takes one dash for two; clients have taken to it: go-runc sends -no-subreaper.
        ReadOnlySpan<char> text = token.AsSpan(token[1] == '-' ? 2 : 1);
        int equals = text.IndexOf('=');
        ReadOnlySpan<char> name = equals < 0 ? text : text[..equals];
        string? value = equals < 0 ? null : text[(equals + 1)..].ToString();
        switch (Find(name))
        {
            case Option<string> flag:
                return TakeValue(flag, value, following);
            case Option<string[]> flag:
                return TakeRepeatable(flag, value, following);
            case Option<bool> flag:
                TakeSwitch(flag, value);
                return 0;
            default:
                Problem = $"flag provided but not defined: {token}";
                return 0;
        }
    }

    private Option? Find(ReadOnlySpan<char> name)
    {
        foreach (Option option in _scope.Options)
        {
            if (option.Name.AsSpan(2).SequenceEqual(name) || HasAlias(option, name))
            {
                return option;
            }
        }

        return null;
    }

    private static bool HasAlias(Option option, ReadOnlySpan<char> name)
    {
        foreach (string alias in option.Aliases)
        {
            if (alias.AsSpan(1).SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    private int TakeValue(Option<string> flag, string? value, ReadOnlySpan<string> following)
    {
        if (flag.Arity.MinimumNumberOfValues == 0)
        {
            TakeChoice(flag, value);
            return 0;
        }

        int taken = 0;
        if (value is null && flag == root.Rootless && (following.IsEmpty || !GlobalOptions.IsRootlessValue(following[0])))
        {
            value = "true";
        }
        else if (value is null && following.IsEmpty)
        {
            Problem = $"flag needs an argument: {flag.Name}";
            return 0;
        }
        else if (value is null)
        {
            value = following[0];
            taken = 1;
        }

        Replace(flag, value.Length == 0 ? null : string.Concat(flag.Name, "=", value));
        return taken;
    }

    private int TakeRepeatable(Option<string[]> flag, string? value, ReadOnlySpan<string> following)
    {
        if (value is null && following.IsEmpty)
        {
            Problem = $"flag needs an argument: {flag.Name}";
            return 0;
        }

        _output.Add(string.Concat(flag.Name, "=", value ?? following[0]));
        return value is null ? 1 : 0;
    }

    // A switch of which "off" is not the same as "not given".
    private void TakeChoice(Option<string> flag, string? value)
    {
        bool? choice = value is null ? true : BooleanText.Parse(value);
        if (choice is null)
        {
            Problem = $"invalid value \"{value}\" for flag {flag.Name}: not a boolean";
            return;
        }

        Replace(flag, $"{flag.Name}={(choice.Value ? "true" : "false")}");
    }

    private void TakeSwitch(Option<bool> flag, string? value)
    {
        switch (value is null ? true : BooleanText.Parse(value))
        {
            case true:
                Replace(flag, flag.Name);
                break;
            case false:
                Replace(flag, null);
                break;
            default:
                Problem = $"invalid value \"{value}\" for flag {flag.Name}: not a boolean";
                break;
        }
    }

    private void Replace(Option flag, string? token)
    {
        for (int i = _output.Count - 1; i >= _scopeStart; i--)
        {
            string earlier = _output[i];
            if (earlier.StartsWith(flag.Name, StringComparison.Ordinal)
                && (earlier.Length == flag.Name.Length || earlier[flag.Name.Length] == '='))
            {
                _output.RemoveAt(i);
            }
        }

        if (token is not null)
        {
            _output.Add(token);
        }
    }

    private void TakePositional(string token)
    {
        _output.Add(token);
        if (Verb is not null)
        {
            _words++;
            return;
        }

        Verb = Verbs.Create(token);
        if (Verb is null)
        {
            Problem = $"unknown command \"{token}\"";
            return;
        }

        root.Subcommands.Add(Verb);
        _scope = Verb;
        _scopeStart = _output.Count;
    }
}
