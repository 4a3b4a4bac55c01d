// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>All that the child needs, made before clone: after it there is only copying memory and calling the kernel.</summary>
internal sealed record ChildContext
{
    public required ContainerPlan Plan { get; init; }
    public required ContainerRecord Record { get; init; }
    public required CgroupPlacement Cgroups { get; init; }

    /// <summary>To the parent.</summary>
    public required SyncChannel Channel { get; init; }

    /// <summary>Where start connects; null where the parent itself goes on to start.</summary>
    public OwnedFd? StartListener { get; init; }

    /// <summary>Null where config.json has no process.</summary>
    public ProgramStart? Program { get; init; }

    public bool NoPivot { get; init; }
    public bool NoNewKeyring { get; init; }

    /// <summary>How many descriptors from 3 on the program inherits.</summary>
    public int PreserveFds { get; init; }
}
