// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;

namespace OciRuntime.Cli.Text;

/// <summary>Amounts of memory as runc's users write them: <c>1048576</c>, <c>512k</c>, <c>1.5G</c>, <c>64MiB</c>. Every unit is a power of 1024.</summary>
internal static class ByteSize
{
    /// <returns>Null: no amount, or one that no counter has room for.</returns>
    internal static long? Parse(string text)
    {
        int digits = 0;
        while (digits < text.Length && (char.IsAsciiDigit(text[digits]) || text[digits] == '.'))
        {
            digits++;
        }

        ReadOnlySpan<char> number = text.AsSpan(0, digits);
        if (FactorOf(text.AsSpan(digits).Trim()) is not { } factor
            || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount))
        {
            return null;
        }

        return amount < long.MaxValue / factor ? (long)(amount * factor) : null;
    }

    private static long? FactorOf(ReadOnlySpan<char> unit)
    {
        Span<char> lower = stackalloc char[4];
        if (unit.Length > 3 || unit.ToLowerInvariant(lower) < 0)
        {
            return null;
        }

        return lower[..unit.Length] switch
        {
            "" or "b"            => 1L,
            "k" or "kb" or "kib" => 1L << 10,
            "m" or "mb" or "mib" => 1L << 20,
            "g" or "gb" or "gib" => 1L << 30,
            "t" or "tb" or "tib" => 1L << 40,
            "p" or "pb" or "pib" => 1L << 50,
            _                    => null,
        };
    }
}
