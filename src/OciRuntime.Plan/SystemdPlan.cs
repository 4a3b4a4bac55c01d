// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;

namespace OciRuntime.Plan;

/// <summary>Who makes a container's control group.</summary>
public enum CgroupDriver
{
    /// <summary>ocirun, with mkdir.</summary>
    Cgroupfs,

    /// <summary>The system's systemd, asked for a scope.</summary>
    Systemd,

    /// <summary>The user's systemd, likewise.</summary>
    SystemdUser,
}

/// <summary>The scope that systemd is asked for. systemd.scope(5), systemd.resource-control(5).</summary>
public sealed record SystemdPlan
{
    /// <summary>Whether the user's manager is asked, not the system's.</summary>
    public required bool IsUser { get; init; }

    /// <summary>The slice's folder below the manager's own group: <c>/a.slice/a-b.slice</c>, empty for the root slice.</summary>
    public required string SlicePath { get; init; }

    /// <summary>The scope's name. Null: made of the container's id.</summary>
    public string? Unit { get; init; }

    /// <summary>All but the description and the process, which the Engine knows; a later one of the same name wins.</summary>
    public ImmutableArray<UnitProperty> Properties { get; init; } = [];
}

/// <summary>What an update changes of a scope: files, and the properties that say the same.</summary>
public sealed record UnitUpdate(ImmutableArray<CgroupWrite> Writes, ImmutableArray<UnitProperty> Properties);

/// <param name="Origin">The JSON path of what asked for it; empty: every scope has it.</param>
public sealed record UnitProperty(string Name, BusValue Value, string Origin)
{
    /// <summary>Whether a systemd that refuses it does no harm: a file of the control group is written that says the same.</summary>
    public bool IsOptional { get; init; }
}
