// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Plan;

/// <summary>Lines such as <c>L3:0=7f0;1=1f</c>. Documentation/filesystems/resctrl.rst, "Schemata files - general concepts".</summary>
public static class ResctrlSchema
{
    /// <summary>Whether a group's schemata file says what <paramref name="wanted"/> says, of all that it names: spaces and leading zeros do not count.</summary>
    public static bool Holds(ReadOnlySpan<char> schemata, ReadOnlySpan<char> wanted)
    {
        foreach (Range range in wanted.Split('\n'))
        {
            ReadOnlySpan<char> line = wanted[range].Trim();
            if (!line.IsEmpty && !HoldsLine(schemata, line))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HoldsLine(ReadOnlySpan<char> schemata, ReadOnlySpan<char> wanted)
    {
        int colon = wanted.IndexOf(':');
        foreach (Range range in schemata.Split('\n'))
        {
            ReadOnlySpan<char> line = schemata[range].Trim();
            if (colon >= 0 && line.StartsWith(wanted[..(colon + 1)]))
            {
                return HoldsEntries(line[(colon + 1)..], wanted[(colon + 1)..]);
            }
        }

        return false;
    }

    private static bool HoldsEntries(ReadOnlySpan<char> entries, ReadOnlySpan<char> wanted)
    {
        foreach (Range range in wanted.Split(';'))
        {
            if (!HoldsEntry(entries, wanted[range]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HoldsEntry(ReadOnlySpan<char> entries, ReadOnlySpan<char> wanted)
    {
        int equals = wanted.IndexOf('=');
        foreach (Range range in entries.Split(';'))
        {
            ReadOnlySpan<char> entry = entries[range];
            int at = entry.IndexOf('=');
            if (at >= 0 && equals >= 0 && IsSame(entry[..at], wanted[..equals]))
            {
                return IsSame(entry[(at + 1)..], wanted[(equals + 1)..]);
            }
        }

        return false;
    }

    private static bool IsSame(ReadOnlySpan<char> one, ReadOnlySpan<char> other) =>
        one.Trim().TrimStart('0').Equals(other.Trim().TrimStart('0'), StringComparison.OrdinalIgnoreCase);
}
