// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Processes;
using OciRuntime.Abi.Seccomp;
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
        LinuxSpec linux = container.Linux ?? new LinuxSpec();
        NamespacePlan namespaces = NamespaceCompiler.Compile(linux, errors);
        CloneFlags joined = namespaces.New;
        foreach (NamespaceJoin join in namespaces.Joined)
        {
            joined |= join.Type;
        }

        ExecPlan plan = new()
        {
            Process = ProcessCompiler.Compile(Inherit(process, container.Process), linux, namespaces, facts, warnings, errors),
            Namespaces = joined,
            Seccomp = SeccompCompiler.Compile(container.Linux?.Seccomp, SeccompArchitectures.Native, errors),
        };
        if (errors.Count != before)
        {
            return null;
        }

        return warnings.Count == 0 ? plan : plan with { Warnings = warnings.DrainToImmutable() };
    }

    // As with runc: of these the container's count where the process has none of its own.
    private static ProcessSpec Inherit(ProcessSpec process, ProcessSpec? container) => container is null ? process : process with
    {
        User = (process.User ?? new UserSpec()) with { Umask = process.User?.Umask ?? container.User?.Umask },
        Capabilities = process.Capabilities ?? container.Capabilities,
        Rlimits = process.Rlimits.IsEmpty ? container.Rlimits : process.Rlimits,
        OomScoreAdj = process.OomScoreAdj ?? container.OomScoreAdj,
        Scheduler = process.Scheduler ?? container.Scheduler,
        IoPriority = process.IoPriority ?? container.IoPriority,
        ExecCpuAffinity = SaysSomething(process.ExecCpuAffinity) ? process.ExecCpuAffinity : container.ExecCpuAffinity,
        ApparmorProfile = string.IsNullOrEmpty(process.ApparmorProfile) ? container.ApparmorProfile : process.ApparmorProfile,
        SelinuxLabel = string.IsNullOrEmpty(process.SelinuxLabel) ? container.SelinuxLabel : process.SelinuxLabel,
    };

    private static bool SaysSomething(ExecCpuAffinitySpec? affinity) =>
        !string.IsNullOrEmpty(affinity?.Initial) || !string.IsNullOrEmpty(affinity?.Final);
}
