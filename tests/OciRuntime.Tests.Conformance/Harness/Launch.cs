// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>A program to start, and what it is to be given.</summary>
internal sealed record Launch(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>NAME=VALUE, all of them.</summary>
    internal required IReadOnlyList<string> Environment { get; init; }

    internal string? WorkingDirectory { get; init; }

    /// <summary>Null: /dev/null.</summary>
    internal Descriptor? Input { get; init; }

    /// <summary>Null: a pipe that the test reads.</summary>
    internal Descriptor? Output { get; init; }

    /// <summary>The path of a pseudo-terminal: standard input, output and error, and the controlling terminal of a new session.</summary>
    internal string? Terminal { get; init; }

    /// <summary>Open in the child under this number, without close-on-exec.</summary>
    internal IReadOnlyDictionary<int, Descriptor> Leaked { get; init; } = new Dictionary<int, Descriptor>();
}

/// <param name="Status">What exit was given, or minus the signal.</param>
internal sealed record Outcome(int Status, string Output, string Error)
{
    public override string ToString() => $"status {Status}\n--- stdout\n{Output}\n--- stderr\n{Error}";
}
