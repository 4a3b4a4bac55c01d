// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Cli.Parsing;

/// <summary>Truth as runc's flags spell it. Go's strconv.ParseBool.</summary>
internal static class BooleanText
{
    /// <returns>Null: neither.</returns>
    internal static bool? Parse(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };
}
