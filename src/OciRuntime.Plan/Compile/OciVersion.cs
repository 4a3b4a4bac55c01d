// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Plan.Compile;

/// <summary><c>ociVersion</c>: Semantic Versioning 2.0.0.</summary>
internal static class OciVersion
{
    /// <returns>The rule that the version breaks, or null.</returns>
    internal static string? RuleAgainst(string text)
    {
        ReadOnlySpan<char> rest = text;
        int plus = rest.IndexOf('+');
        ReadOnlySpan<char> build = plus < 0 ? "0" : rest[(plus + 1)..];
        rest = plus < 0 ? rest : rest[..plus];
        int dash = rest.IndexOf('-');
        ReadOnlySpan<char> prerelease = dash < 0 ? "0" : rest[(dash + 1)..];
        ReadOnlySpan<char> core = dash < 0 ? rest : rest[..dash];
        if (!IsCore(core) || !AreIdentifiers(prerelease, refuseLeadingZero: true) || !AreIdentifiers(build, refuseLeadingZero: false))
        {
            return "is not a version of SemVer 2.0.0";
        }

        return core.StartsWith("1.") ? null : "is not supported: the major version must be 1";
    }

    private static bool IsCore(ReadOnlySpan<char> core)
    {
        int numbers = 0;
        foreach (Range part in core.Split('.'))
        {
            if (!IsNumber(core[part]))
            {
                return false;
            }

            numbers++;
        }

        return numbers == 3;
    }

    private static bool IsNumber(ReadOnlySpan<char> text) =>
        !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9') && (text.Length == 1 || text[0] != '0');

    private static bool AreIdentifiers(ReadOnlySpan<char> text, bool refuseLeadingZero)
    {
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> part = text[range];
            if (part.IsEmpty || !IsIdentifier(part))
            {
                return false;
            }

            bool isDigits = !part.ContainsAnyExceptInRange('0', '9');
            if (refuseLeadingZero && isDigits && !IsNumber(part))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsIdentifier(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }
}
