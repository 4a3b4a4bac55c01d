// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;

namespace OciRuntime.Cli.Text;

/// <summary>Times as Go writes them: <c>1.5s</c>, <c>100ms</c>, <c>1h30m</c>. time.ParseDuration.</summary>
internal static class Duration
{
    private const int MaximumParts = 8;

    /// <returns>Nanoseconds; null: no time.</returns>
    internal static long? ParseNanoseconds(string text)
    {
        bool isNegative = text.StartsWith('-');
        ReadOnlySpan<char> rest = text.AsSpan(isNegative || text.StartsWith('+') ? 1 : 0);
        if (rest is "0")
        {
            return 0;
        }

        decimal total = 0;
        for (int part = 0; part < MaximumParts && TakePart(ref rest, out decimal nanoseconds); part++)
        {
            total += nanoseconds;
            if (rest.IsEmpty && total < long.MaxValue)
            {
                return isNegative ? -(long)total : (long)total;
            }
        }

        return null;
    }

    private static bool TakePart(ref ReadOnlySpan<char> rest, out decimal nanoseconds)
    {
        nanoseconds = 0;
        int digits = 0;
        while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
        {
            digits++;
        }

        int end = digits;
        while (end < rest.Length && !char.IsAsciiDigit(rest[end]) && rest[end] != '.')
        {
            end++;
        }

        // A limit on the digits keeps the product within what a decimal can hold.
        const int MaximumDigits = 14;
        if (digits > MaximumDigits
            || NanosecondsOf(rest[digits..end]) is not { } unit
            || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count))
        {
            return false;
        }

        nanoseconds = count * unit;
        rest = rest[end..];
        return true;
    }

    private static long? NanosecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns"                            => 1,
        "us" or "\u00b5s" or "\u03bcs"  => 1_000,
        "ms"                            => 1_000_000,
        "s"                             => 1_000_000_000,
        "m"                             => 60_000_000_000,
        "h"                             => 3_600_000_000_000,
        _                               => null,
    };
}
