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
            if (!IsRange((comma < 0 ? rest : rest[..comma]).Trim()))
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

    private static bool IsRange(ReadOnlySpan<char> range)
    {
        int colon = range.IndexOf(':');
        if (colon >= 0)
        {
            ReadOnlySpan<char> stride = range[(colon + 1)..];
            int slash = stride.IndexOf('/');
            if (slash < 0 || !TryNumber(stride[..slash], out uint used) || !TryNumber(stride[(slash + 1)..], out uint group)
                || group == 0 || used > group)
            {
                return false;
            }

            range = range[..colon];
        }

        int dash = range.IndexOf('-');
        if (dash < 0)
        {
            return colon < 0 && TryNumber(range, out _);
        }

        return TryNumber(range[..dash], out uint first) && TryNumber(range[(dash + 1)..], out uint last) && first <= last;
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
