// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine;

/// <summary>The mounts of this process's namespace, in the order of mounting. proc_pid_mountinfo(5).</summary>
internal static class MountTable
{
    /// <param name="Id">As statx(2) gives it.</param>
    /// <param name="Type">Of the file system.</param>
    public readonly record struct Entry(ulong Id, string MountPoint, string Type);

    public static List<Entry> Read()
    {
        using OwnedFd file = Files.Open(Fd.CurrentDirectory, "/proc/self/mountinfo\0"u8, OpenFlags.O_RDONLY);
        string text = Encoding.UTF8.GetString(WholeFile.Read(file.Borrow));
        List<Entry> entries = [];
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            if (Parse(text.AsSpan(range)) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    /// <summary>A path as the table writes it: space, tab, newline and backslash stand as octal escapes.</summary>
    public static string Unescape(ReadOnlySpan<char> path) =>
        path.IndexOf('\\') < 0
            ? path.ToString()
            : path.ToString().Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
                .Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);

    // id parent major:minor root mountpoint options [optional...] - type source superoptions
    private static Entry? Parse(ReadOnlySpan<char> line)
    {
        const string Separator = " - ";
        Span<Range> fields = stackalloc Range[6];
        int separator = line.IndexOf(Separator, StringComparison.Ordinal);
        if (separator < 0 || line.Split(fields, ' ') < fields.Length || !ulong.TryParse(line[fields[0]], out ulong id))
        {
            return null;
        }

        ReadOnlySpan<char> tail = line[(separator + Separator.Length)..];
        int end = tail.IndexOf(' ');
        return new Entry(id, Unescape(line[fields[4]]), (end < 0 ? tail : tail[..end]).ToString());
    }
}
