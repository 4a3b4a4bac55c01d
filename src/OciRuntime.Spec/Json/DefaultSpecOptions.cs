// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Spec.Json;

/// <summary>What the default config depends on.</summary>
public readonly record struct DefaultSpecOptions
{
    /// <summary>For a caller without privileges: the ids below become root of a user namespace, and the host's network is shared.</summary>
    public bool Rootless { get; init; }

    /// <summary>Only looked at for <see cref="Rootless"/>.</summary>
    public uint HostUid { get; init; }

    /// <inheritdoc cref="HostUid"/>
    public uint HostGid { get; init; }

    /// <summary>A cgroup namespace of its own: as runc does, on hosts with cgroup v2 only.</summary>
    public bool CgroupNamespace { get; init; }
}
