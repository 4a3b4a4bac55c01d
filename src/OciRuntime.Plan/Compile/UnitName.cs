// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Plan.Compile;

/// <summary>Names of systemd's units, and the folders of their control groups. systemd.unit(5), systemd.slice(5).</summary>
public static class UnitName
{
    private const string SliceSuffix = ".slice";

    // systemd, src/basic/unit-def.h: UNIT_NAME_MAX with its NUL.
    private const int MaximumLength = 255;

    private static ReadOnlySpan<string> Controllers => new[] { "cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids" };

    /// <summary>The scope of a container whose config.json does not name one.</summary>
    public static string OfContainer(string id)
    {
        // Of the characters that an id may have, a unit's name may not have this one. systemd-escape(1).
        return string.Concat("ocirun-", id.Replace("+", "\\x2b", StringComparison.Ordinal), ".scope");
    }

    /// <summary>The folder of a unit's control group in that of its slice: with an underscore before what the kernel could take for a file of its own.</summary>
    public static string Folder(string unit)
    {
        // systemd, src/basic/cgroup-util.c, cg_needs_escape.
        bool isReserved = unit.StartsWith('_') || unit.StartsWith('.') || unit.StartsWith("cgroup.", StringComparison.Ordinal);
        int dot = unit.IndexOf('.', StringComparison.Ordinal);
        return isReserved || (dot > 0 && Controllers.Contains(unit[..dot])) ? string.Concat("_", unit) : unit;
    }

    internal static bool IsValid(string unit)
    {
        bool isValid = unit.Length is > 0 and <= MaximumLength && !unit.StartsWith('@');
        foreach (char c in unit)
        {
            isValid &= char.IsAsciiLetterOrDigit(c) || c is ':' or '-' or '_' or '.' or '\\' or '@';
        }

        return isValid;
    }

    internal static bool IsSlice(string unit) => unit.EndsWith(SliceSuffix, StringComparison.Ordinal);

    /// <summary>Slices lie in each other by the dashes in their names: <c>a-b.slice</c> is <c>/a.slice/a-b.slice</c>.</summary>
    /// <returns>Null if it is no slice's name; empty for the root slice, <c>-.slice</c>.</returns>
    internal static string? SlicePath(string slice)
    {
        if (!IsSlice(slice) || !IsValid(slice))
        {
            return null;
        }

        ReadOnlySpan<char> name = slice.AsSpan(0, slice.Length - SliceSuffix.Length);
        if (name is "-")
        {
            return "";
        }

        string path = "";
        int length = 0;
        while (length <= name.Length)
        {
            int dash = name[length..].IndexOf('-');
            int end = dash < 0 ? name.Length : length + dash;
            if (end == length)
            {
                return null;
            }

            path = string.Concat(path, "/", Folder(string.Concat(name[..end], SliceSuffix)));
            length = end + 1;
        }

        return path;
    }
}
