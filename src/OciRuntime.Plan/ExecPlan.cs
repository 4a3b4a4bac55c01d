// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Abi.Processes;

namespace OciRuntime.Plan;

/// <summary>One more program in a running container, in the kernel's terms.</summary>
public sealed record ExecPlan
{
    public required ProcessPlan Process { get; init; }

    /// <summary>The namespaces that the container does not share with the runtime: those of its first process are joined.</summary>
    public required CloneFlags Namespaces { get; init; }

    /// <summary>The container's filter. Null: none.</summary>
    public SeccompPlan? Seccomp { get; init; }

    /// <summary>What is asked for and can't be given, where the spec wants a warning instead of an error.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}
