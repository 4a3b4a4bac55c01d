// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;

namespace OciRuntime.Spec;

/// <summary>One entry of <c>mounts</c>. config.md, "Mounts".</summary>
public sealed record MountSpec
{
    public string? Destination { get; init; }
    public string? Source { get; init; }
    public string? Type { get; init; }
    public ImmutableArray<string> Options { get; init; } = [];
    public ImmutableArray<IdMappingSpec> UidMappings { get; init; } = [];
    public ImmutableArray<IdMappingSpec> GidMappings { get; init; } = [];
}

/// <summary>config-linux.md, "User namespace mappings".</summary>
public sealed record IdMappingSpec
{
    public uint? ContainerId { get; init; }
    public uint? HostId { get; init; }
    public uint? Size { get; init; }
}
