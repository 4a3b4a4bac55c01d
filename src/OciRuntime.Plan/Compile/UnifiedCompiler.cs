// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.resources.unified</c>: files of version 2 and what to write to them, a line at a time.</summary>
internal static class UnifiedCompiler
{
    private const string Path = "/linux/resources/unified";

    internal static void Compile(
        ImmutableArray<KeyValuePair<string, string>> files, CgroupLayout layout, ImmutableArray<CgroupWrite>.Builder writes, List<SpecError> errors)
    {
        if (files.IsEmpty)
        {
            return;
        }

        if (layout == CgroupLayout.V1)
        {
            Refuse.Rule(errors, Path, "invalid configuration: needs cgroup v2, and this host has v1");
            return;
        }

        foreach ((string file, string value) in files)
        {
            string path = Refuse.Member(Path, file);
            if (RuleAgainst(file) is { } rule)
            {
                Refuse.Value(errors, path, file, rule);
            }
            else if (value.Contains('\0', StringComparison.Ordinal))
            {
                Refuse.Value(errors, path, value, Refuse.ContainsNul);
            }
            else
            {
                AddLines(file, value, path, writes);
            }
        }
    }

    private static string? RuleAgainst(string file)
    {
        if (file.Contains('/', StringComparison.Ordinal))
        {
            return "must be a file name (no slashes)";
        }

        return file.IndexOf('.', StringComparison.Ordinal) <= 0 || file[^1] == '.' ? "must be in the form CONTROLLER.PARAMETER"
            : file.Contains('\0', StringComparison.Ordinal) ? Refuse.ContainsNul : null;
    }

    // The kernel takes one line at a write: io.max for one device, rdma.max likewise.
    private static void AddLines(string file, string value, string path, ImmutableArray<CgroupWrite>.Builder writes)
    {
        CgroupWriter writer = new(writes, "", file[..file.IndexOf('.', StringComparison.Ordinal)]);
        bool hasLine = false;
        foreach (Range range in value.AsSpan().Split('\n'))
        {
            ReadOnlySpan<char> line = value.AsSpan(range);
            if (!line.IsEmpty)
            {
                writer.AddRelated(file, line.ToString(), path);
                hasLine = true;
            }
        }

        if (!hasLine)
        {
            // Empty: what it means is the file's business, as with cpuset.cpus.
            writer.AddRelated(file, "\n", path);
        }
    }
}
