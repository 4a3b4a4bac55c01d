// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>process.rlimits</c>. prlimit(2).</summary>
internal static class RlimitCompiler
{
    private const string Path = "/process/rlimits";

    internal static ImmutableArray<RlimitPlan> Compile(ImmutableArray<RlimitSpec> limits, List<SpecError> errors)
    {
        ImmutableArray<RlimitPlan>.Builder plans = ImmutableArray.CreateBuilder<RlimitPlan>(limits.Length);
        uint seen = 0;
        for (int i = 0; i < limits.Length; i++)
        {
            int resource = CompileType(limits[i].Type, i, ref seen, errors);
            if (resource >= 0 && CompileOne(limits[i], resource, i, errors) is { } plan)
            {
                plans.Add(plan);
            }
        }

        return plans.DrainToImmutable();
    }

    private static int CompileType(string? type, int index, ref uint seen, List<SpecError> errors)
    {
        if (type is null)
        {
            Refuse.Missing(errors, Refuse.At(Path, index) + "/type");
            return -1;
        }

        int resource = Rlimit.NumberOf(type);
        if (resource < 0)
        {
            Refuse.Value(errors, Refuse.At(Path, index) + "/type", type, "is not a resource limit");
            return -1;
        }

        if ((seen & (1u << resource)) != 0)
        {
            Refuse.Value(errors, Refuse.At(Path, index) + "/type", type, "stands in the list already");
            return -1;
        }

        seen |= 1u << resource;
        return resource;
    }

    private static RlimitPlan? CompileOne(RlimitSpec limit, int resource, int index, List<SpecError> errors)
    {
        string origin = Refuse.At(Path, index);
        if (limit is not { Soft: { } soft, Hard: { } hard })
        {
            Refuse.Missing(errors, origin + (limit.Soft is null ? "/soft" : "/hard"));
            return null;
        }

        if (soft > hard)
        {
            Refuse.Number(errors, origin + "/soft", soft, "is above the hard limit");
            return null;
        }

        return new RlimitPlan(resource, soft, hard, origin);
    }
}
