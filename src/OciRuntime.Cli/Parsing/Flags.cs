// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;

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

    /// <returns>Null where the flag is missing or empty.</returns>
    internal static string? ValueOf(this ParseResult arguments, Option<string> flag) =>
        arguments.GetResult(flag) is { Tokens: [var token, ..] } ? token.Value : null;
}
