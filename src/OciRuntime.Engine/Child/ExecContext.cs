// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>All that the process of an exec needs, made before clone.</summary>
internal sealed record ExecContext
{
    public required ProgramStart Program { get; init; }

    /// <summary>Of the container.</summary>
    public required string Id { get; init; }

    /// <summary>Null: no filter.</summary>
    public required SeccompPlan? Seccomp { get; init; }

    /// <summary>The container's first process, whose namespaces are joined.</summary>
    public required OwnedFd First { get; init; }

    /// <summary>Its root, where the mount namespace is the runtime's own; else null.</summary>
    public required OwnedFd? Root { get; init; }

    /// <summary>What is still to be joined: not the PID namespace if the parent could join that before clone.</summary>
    public required CloneFlags Namespaces { get; init; }

    public required bool NoNewKeyring { get; init; }

    /// <summary>How many descriptors from 3 on the program inherits.</summary>
    public required int PreserveFds { get; init; }

    /// <summary>To the parent.</summary>
    public required SyncChannel Channel { get; init; }
}
