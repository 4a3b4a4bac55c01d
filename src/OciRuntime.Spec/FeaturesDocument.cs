// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec;

/// <summary>What <c>features</c> tells. runtime-spec 1.3.0, features.md. Null is unknown; empty is known to be none.</summary>
public sealed record FeaturesDocument
{
    public required string OciVersionMin { get; init; }
    public required string OciVersionMax { get; init; }
    public ImmutableArray<string>? Hooks { get; init; }
    public ImmutableArray<string>? MountOptions { get; init; }
    public LinuxFeatures? Linux { get; init; }
    public ImmutableArray<KeyValuePair<string, string>>? Annotations { get; init; }

    /// <summary>Annotations of a config that change what the runtime does. One that ends with a dot stands for all that start so.</summary>
    public ImmutableArray<string>? PotentiallyUnsafeConfigAnnotations { get; init; }
}

/// <summary>The <c>linux</c> section.</summary>
public sealed record LinuxFeatures
{
    public ImmutableArray<string>? Namespaces { get; init; }
    public ImmutableArray<string>? Capabilities { get; init; }
    public CgroupFeatures? Cgroup { get; init; }
    public SeccompFeatures? Seccomp { get; init; }

    /// <summary><c>apparmor.enabled</c>: whether the runtime was built to use it, whatever the host has.</summary>
    public bool? Apparmor { get; init; }

    /// <summary><c>selinux.enabled</c>.</summary>
    public bool? Selinux { get; init; }

    public IntelRdtFeatures? IntelRdt { get; init; }
    public MemoryPolicyFeatures? MemoryPolicy { get; init; }

    /// <summary><c>mountExtensions.idmap.enabled</c>.</summary>
    public bool? IdMappedMounts { get; init; }

    /// <summary><c>netDevices.enabled</c>.</summary>
    public bool? NetDevices { get; init; }
}

/// <summary><c>linux.cgroup</c>.</summary>
public sealed record CgroupFeatures
{
    public bool? V1 { get; init; }
    public bool? V2 { get; init; }
    public bool? Systemd { get; init; }
    public bool? SystemdUser { get; init; }
    public bool? Rdma { get; init; }
}

/// <summary><c>linux.seccomp</c>.</summary>
public sealed record SeccompFeatures
{
    public bool? Enabled { get; init; }
    public ImmutableArray<string>? Actions { get; init; }
    public ImmutableArray<string>? Operators { get; init; }
    public ImmutableArray<string>? Archs { get; init; }
    public ImmutableArray<string>? KnownFlags { get; init; }

    /// <summary>Those of the known ones that this host's kernel takes, too.</summary>
    public ImmutableArray<string>? SupportedFlags { get; init; }
}

/// <summary><c>linux.intelRdt</c>.</summary>
public sealed record IntelRdtFeatures
{
    public bool? Enabled { get; init; }
    public bool? Schemata { get; init; }
    public bool? Monitoring { get; init; }
}

/// <summary><c>linux.memoryPolicy</c>.</summary>
public sealed record MemoryPolicyFeatures
{
    public ImmutableArray<string>? Modes { get; init; }
    public ImmutableArray<string>? Flags { get; init; }
}
