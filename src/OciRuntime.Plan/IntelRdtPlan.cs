// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Abi;

namespace OciRuntime.Plan;

/// <summary>The group of the resctrl file system that the container runs in. Documentation/filesystems/resctrl.rst.</summary>
public sealed record IntelRdtPlan
{
    /// <summary>Its folder, below the root of the file system; empty: the root itself, the default class; null: one named by the container's id.</summary>
    public KernelString? Group { get; init; }

    /// <summary>Null: config.json has none.</summary>
    public KernelString? L3CacheSchema { get; init; }

    public KernelString? MemBwSchema { get; init; }

    /// <summary>Written last.</summary>
    public ImmutableArray<KernelString> Schemata { get; init; } = [];

    public bool EnableMonitoring { get; init; }

    public bool HasSchema => L3CacheSchema is not null || MemBwSchema is not null || !Schemata.IsEmpty;
}
