// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>A process and the config of the container that it is to run in, to a plan.</summary>
public static class ExecCompiler
{
    /// <summary>A pure function, as <see cref="PlanCompiler.Compile"/>.</summary>
    /// <param name="container">The container's own copy of its config.json.</param>
    /// <param name="process">What takes the place of its <c>process</c>; the paths of errors start with <c>/process</c>.</param>
    /// <returns>Null if there is any violation.</returns>
    public static ExecPlan? Compile(RuntimeSpec container, ProcessSpec process, HostFacts facts, List<SpecError> errors)
    {
        int before = errors.Count;
        ImmutableArray<string>.Builder warnings = ImmutableArray.CreateBuilder<string>();
        NamespacePlan namespaces = NamespaceCompiler.Compile(container.Linux ?? new LinuxSpec(), errors);
        CloneFlags joined = namespaces.New;
        foreach (NamespaceJoin join in namespaces.Joined)
        {
            joined |= join.Type;
        }

        ExecPlan plan = new()
        {
            Process = ProcessCompiler.Compile(process, namespaces, facts, warnings, errors),
            Namespaces = joined,
        };
        if (errors.Count != before)
        {
            return null;
        }

        return warnings.Count == 0 ? plan : plan with { Warnings = warnings.DrainToImmutable() };
    }
}
