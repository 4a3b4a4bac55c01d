// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.memoryPolicy</c>. set_mempolicy(2).</summary>
internal static class MemoryPolicyCompiler
{
    private const string Path = "/linux/memoryPolicy";

    internal static MemoryPolicyPlan? Compile(MemoryPolicySpec? spec, List<SpecError> errors)
    {
        if (spec is null)
        {
            return null;
        }

        string mode = spec.Mode ?? "";
        int number = MemoryPolicyMode.NumberOf(mode);
        uint flags = CompileFlags(spec.Flags, errors);
        ImmutableArray<ulong> nodes = CompileNodes(spec.Nodes, errors);
        if (number < 0)
        {
            Refuse.Value(errors, Path + "/mode", mode, "is an invalid memory policy mode");
            return null;
        }

        CheckNumberOfNodes(mode, spec.Nodes, CpuList.Count(nodes), errors);
        return new MemoryPolicyPlan((uint)number, flags, nodes);
    }

    private static ImmutableArray<ulong> CompileNodes(string? list, List<SpecError> errors)
    {
        if (string.IsNullOrEmpty(list))
        {
            return [];
        }

        if (CpuList.TryRead(list, out ImmutableArray<ulong> nodes) is { } rule)
        {
            Refuse.Value(errors, Path + "/nodes", list, "is an invalid memory policy node list: it " + rule);
        }

        return nodes;
    }

    private static void CheckNumberOfNodes(string mode, string? list, int count, List<SpecError> errors)
    {
        switch (mode)
        {
            case "MPOL_DEFAULT" or "MPOL_LOCAL" when count != 0:
                Refuse.Value(errors, Path + "/nodes", list!, $"can't go with {mode}: this mode requires 0 nodes but got {count}");
                break;
            case "MPOL_BIND" or "MPOL_INTERLEAVE" or "MPOL_PREFERRED_MANY" or "MPOL_WEIGHTED_INTERLEAVE" when string.IsNullOrEmpty(list):
                Refuse.Rule(errors, Path + "/nodes", $"is required with {mode}: this mode requires at least one node but got 0");
                break;
            default:
                break;
        }
    }

    private static uint CompileFlags(ImmutableArray<string> names, List<SpecError> errors)
    {
        uint flags = 0;
        for (int i = 0; i < names.Length; i++)
        {
            uint flag = MemoryPolicyFlag.ValueOf(names[i]);
            if (flag == 0)
            {
                Refuse.Value(errors, Refuse.At(Path + "/flags", i), names[i], "is an invalid memory policy flag");
            }

            flags |= flag;
        }

        // set_mempolicy(2): the two exclude each other.
        uint both = MemoryPolicyFlag.ValueOf("MPOL_F_STATIC_NODES") | MemoryPolicyFlag.ValueOf("MPOL_F_RELATIVE_NODES");
        if ((flags & both) == both)
        {
            Refuse.Rule(errors, Path + "/flags", "has both MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES, an invalid memory policy flag combination");
        }

        return flags;
    }
}
