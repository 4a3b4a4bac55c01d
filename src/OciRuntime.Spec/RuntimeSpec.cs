// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec;

/// <summary>config.json as written. runtime-spec 1.3.0, config.md. A property that the document lacks is null, or an empty array.</summary>
public sealed record RuntimeSpec
{
    /// <summary>The version of the specification that these records follow.</summary>
    public const string Version = "1.3.0";

    public string? OciVersion { get; init; }
    public RootSpec? Root { get; init; }
    public ImmutableArray<MountSpec> Mounts { get; init; } = [];
    public ProcessSpec? Process { get; init; }
    public string? Hostname { get; init; }
    public string? Domainname { get; init; }
    public HooksSpec? Hooks { get; init; }

    /// <summary>In the document's order; of a key that occurs twice the last value.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Annotations { get; init; } = [];

    public LinuxSpec? Linux { get; init; }
}

/// <summary>config.md, "Root".</summary>
public sealed record RootSpec
{
    public string? Path { get; init; }
    public bool Readonly { get; init; }
}
