// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace OciRuntime.Cli.Parsing;

/// <summary>The kinds of flag that a command can have.</summary>
internal static class Flags
{
    /// <summary><c>--name</c>, or <c>--name=true|false</c>.</summary>
    internal static Option<bool> Switch(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary><c>--name VALUE</c> or <c>--name=VALUE</c>.</summary>
    internal static Option<string> Value(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value, Arity = ArgumentArity.ExactlyOne };

    /// <summary>A switch that makes a difference between off and not given.</summary>
    internal static Option<string> SwitchOrNot(string name, string description) =>
        new(name) { Description = description, HelpName = "true|false", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>As <see cref="Value"/>, as often as one likes.</summary>
    internal static Option<string[]> Values(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, HelpName = value, Arity = ArgumentArity.OneOrMore };

    internal static Option<bool> Help() => Switch("--help", "print this help", "-h");

    /// <summary>Understood for the sake of callers that know it from another runtime, and not shown.</summary>
    internal static T Hidden<T>(T flag)
        where T : Option
    {
        flag.Hidden = true;
        return flag;
    }

    /// <summary>Whether the switch is on.</summary>
    internal static bool IsOn(this ParseResult arguments, Option<bool> flag) => arguments.GetResult(flag) is { Implicit: false };

    internal static ImmutableArray<string> ValuesOf(this ParseResult arguments, Option<string[]> flag)
    {
        ImmutableArray<string>.Builder values = ImmutableArray.CreateBuilder<string>();
        foreach (Token token in arguments.GetResult(flag)?.Tokens ?? [])
        {
            values.Add(token.Value);
        }

        return values.DrainToImmutable();
    }

    /// <summary>The value of --preserve-fds.</summary>
    internal static int DescriptorCount(string? text)
    {
        if (text is null)
        {
            return 0;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : throw new CommandException($"invalid value \"{text}\" for --preserve-fds: not a number of descriptors");
    }

    /// <returns>Null where the flag is missing or empty.</returns>
    internal static string? ValueOf(this ParseResult arguments, Option<string> flag) =>
        arguments.GetResult(flag) is { Tokens: [var token, ..] } ? token.Value : null;
}
