// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Plan.Compile;

/// <summary>Lists of processors or memory nodes: <c>0-3,7</c>; <c>0-31:2/8</c> is two of every eight. cpuset(7), "List format".</summary>
internal static class CpuList
{
    internal static bool IsValid(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        while (true)
        {
            int comma = rest.IndexOf(',');
            if (!TryRange((comma < 0 ? rest : rest[..comma]).Trim(), out _))
            {
                return false;
            }

            if (comma < 0)
            {
                return true;
            }

            rest = rest[(comma + 1)..];
        }
    }

    /// <summary>Bit n of the bytes, the lowest of the first byte being the first, for processor n.</summary>
    /// <returns>Null if it is not a list, or names a processor that no machine has.</returns>
    internal static byte[]? Bits(string text)
    {
        const uint Ceiling = 65_536;
        if (!IsValid(text))
        {
            return null;
        }

        byte[] bits = [];
        foreach (Range part in text.AsSpan().Split(','))
        {
            _ = TryRange(text.AsSpan(part).Trim(), out Stride stride);
            if (stride.Last >= Ceiling)
            {
                return null;
            }

            if (bits.Length <= stride.Last / 8)
            {
                Array.Resize(ref bits, (int)(stride.Last / 8) + 1);
            }

            for (uint number = stride.First; number <= stride.Last; number++)
            {
                if ((number - stride.First) % stride.Group < stride.Used)
                {
                    bits[number / 8] |= (byte)(1 << (int)(number % 8));
                }
            }
        }

        return bits;
    }

    private readonly record struct Stride(uint First, uint Last, uint Used, uint Group);

    private static bool TryRange(ReadOnlySpan<char> range, out Stride result)
    {
        result = default;
        uint used = 1;
        uint group = 1;
        int colon = range.IndexOf(':');
        if (colon >= 0)
        {
            ReadOnlySpan<char> stride = range[(colon + 1)..];
            int slash = stride.IndexOf('/');
            if (slash < 0 || !TryNumber(stride[..slash], out used) || !TryNumber(stride[(slash + 1)..], out group)
                || group == 0 || used > group)
            {
                return false;
            }

            range = range[..colon];
        }

        int dash = range.IndexOf('-');
        uint last = 0;
        bool isRange = dash < 0
            ? colon < 0 && TryNumber(range, out last)
            : TryNumber(range[(dash + 1)..], out last);
        if (!isRange || !TryNumber(dash < 0 ? range : range[..dash], out uint first) || first > last)
        {
            return false;
        }

        result = new Stride(first, last, used, group);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out uint number)
    {
        number = 0;
        if (text.IsEmpty || text.Length > 9)
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            number = (number * 10) + (uint)(c - '0');
        }

        return true;
    }
}
