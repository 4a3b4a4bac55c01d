// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Plan;

/// <summary>How the host mounts its control groups. cgroups(7).</summary>
public enum CgroupLayout
{
    /// <summary>Controllers on version 1 hierarchies; a version 2 hierarchy without controllers may be beside them (hybrid).</summary>
    V1,

    /// <summary>One version 2 hierarchy at /sys/fs/cgroup.</summary>
    V2,
}

/// <summary>What a plan depends on beside config.json, so that compiling stays a pure function.</summary>
public sealed record HostFacts
{
    /// <summary>The bundle's absolute path: relative paths in config.json start there.</summary>
    public required string Bundle { get; init; }

    public required CgroupLayout Cgroups { get; init; }

    /// <summary>As the command line asks.</summary>
    public CgroupDriver CgroupDriver { get; init; }

    /// <summary>The capabilities that this process may grant, bit n for capability n.</summary>
    public required ulong GrantableCapabilities { get; init; }

    /// <summary>Whether ocirun runs as the host's root user. Others can't set what devices a group may use: the plan has no such rules then.</summary>
    public required bool IsRoot { get; init; }
}
