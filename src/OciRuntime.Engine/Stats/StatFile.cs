// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;

namespace OciRuntime.Engine.Stats;

/// <summary>The files that a control group reports in.</summary>
internal static class StatFile
{
    /// <returns>Null where there is no such file, or it can't be read at the moment.</returns>
    public static string? Read(string folder, string name) =>
        WholeFile.TryRead(KernelString.Of($"{folder}/{name}").Span) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <returns><see cref="ulong.MaxValue"/> for <c>max</c>; null where there is no such file.</returns>
    public static ulong? Number(string folder, string name) => Read(folder, name) is { } text ? Number(text.AsSpan().Trim()) : null;

    /// <summary>What is no number of this kind counts as 0: -1 of cpuset.sched_relax_domain_level among others.</summary>
    public static ulong Number(ReadOnlySpan<char> text) =>
        text.SequenceEqual("max") ? ulong.MaxValue : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : 0;

    /// <summary>Lines of a word and a number: memory.stat, cpu.stat. Sorted by the word, as Go writes a map.</summary>
    public static SortedList<string, ulong> Keyed(string folder, string name)
    {
        SortedList<string, ulong> values = new(StringComparer.Ordinal);
        string text = Read(folder, name) ?? "";
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = text.AsSpan(range);
            if (line.IndexOf(' ') is > 0 and int space)
            {
                values[line[..space].ToString()] = Number(line[(space + 1)..]);
            }
        }

        return values;
    }

    public static ulong ValueOf(this SortedList<string, ulong> values, string key) => values.GetValueOrDefault(key);
}
