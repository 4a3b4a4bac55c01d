// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.intelRdt</c>. config-linux.md, "IntelRdt".</summary>
internal static class IntelRdtCompiler
{
    private const string Path = "/linux/intelRdt";

    internal static IntelRdtPlan? Compile(IntelRdtSpec? rdt, List<SpecError> errors)
    {
        if (rdt is null)
        {
            return null;
        }

        string memBwPath = Path + "/memBwSchema";
        if (!string.IsNullOrEmpty(rdt.MemBwSchema) && !rdt.MemBwSchema.StartsWith("MB:", StringComparison.Ordinal))
        {
            Refuse.Value(errors, memBwPath, rdt.MemBwSchema, "does not start with \"MB:\"");
        }

        ImmutableArray<KernelString>.Builder schemata = ImmutableArray.CreateBuilder<KernelString>(rdt.Schemata.Length);
        for (int i = 0; i < rdt.Schemata.Length; i++)
        {
            if (CompileSchema(rdt.Schemata[i], Refuse.At(Path + "/schemata", i), errors) is { } schema)
            {
                schemata.Add(schema);
            }
        }

        return new IntelRdtPlan
        {
            Group = CompileGroup(rdt.ClosId, errors),
            L3CacheSchema = CompileSchema(rdt.L3CacheSchema, Path + "/l3CacheSchema", errors),
            MemBwSchema = CompileSchema(rdt.MemBwSchema, memBwPath, errors),
            Schemata = schemata.DrainToImmutable(),
            EnableMonitoring = rdt.EnableMonitoring,
        };
    }

    private static KernelString? CompileGroup(string? closId, List<SpecError> errors)
    {
        const string ClosPath = Path + "/closID";
        if (string.IsNullOrEmpty(closId))
        {
            return null;
        }

        if (closId == "/")
        {
            return KernelString.Empty;
        }

        // The names below the root that are not groups.
        if (closId is "." or ".." or "info" or "mon_groups" or "mon_data" || closId.AsSpan().IndexOfAny('/', '\n') >= 0)
        {
            Refuse.Value(errors, ClosPath, closId, "is not the name of a class of service");
            return null;
        }

        return KernelText.TryMake(closId, ClosPath, errors, out KernelString group) ? group : null;
    }

    private static KernelString? CompileSchema(string? schema, string path, List<SpecError> errors)
    {
        if (string.IsNullOrEmpty(schema))
        {
            return null;
        }

        if (schema.Contains('\n', StringComparison.Ordinal))
        {
            Refuse.Value(errors, path, schema, "has more than one line");
            return null;
        }

        return KernelText.TryMake(schema, path, errors, out KernelString made) ? made : null;
    }
}
