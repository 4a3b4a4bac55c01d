// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Engine.Cgroups;

namespace OciRuntime.Engine.Parent;

/// <summary>What the command line of exec says, but for the process itself.</summary>
public sealed record ExecOptions
{
    public string? PidFile { get; init; }
    public string? ConsoleSocket { get; init; }
    public string? PidfdSocket { get; init; }
    public int PreserveFds { get; init; }
    public bool Detach { get; init; }
    public bool IgnorePaused { get; init; }
    public ImmutableArray<SubCgroup> SubCgroups { get; init; } = [];
}
