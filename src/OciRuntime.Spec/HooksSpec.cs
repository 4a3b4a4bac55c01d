// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;

namespace OciRuntime.Spec;

/// <summary>config.md, "POSIX-platform Hooks".</summary>
public sealed record HooksSpec
{
    public ImmutableArray<HookSpec> Prestart { get; init; } = [];
    public ImmutableArray<HookSpec> CreateRuntime { get; init; } = [];
    public ImmutableArray<HookSpec> CreateContainer { get; init; } = [];
    public ImmutableArray<HookSpec> StartContainer { get; init; } = [];
    public ImmutableArray<HookSpec> Poststart { get; init; } = [];
    public ImmutableArray<HookSpec> Poststop { get; init; } = [];
}

/// <summary>One hook; the timeout is in seconds.</summary>
public sealed record HookSpec
{
    public string? Path { get; init; }
    public ImmutableArray<string> Args { get; init; } = [];

    /// <summary>Null where the document has no <c>env</c>: an empty one is something else.</summary>
    public ImmutableArray<string>? Env { get; init; }

    public int? Timeout { get; init; }
}
