// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel;

/// <summary>artifacts/kernel-child: what must not be done in this process, which has threads.</summary>
internal static class ChildProgram
{
    private static string Executable { get; } = Path.Combine(Repository.Root, "artifacts", "kernel-child", "kernel-child");

    /// <returns>What the scenario saw, name by name. It left no descriptor open, and no exception ended it.</returns>
    public static Dictionary<string, string> Run(params string[] arguments)
    {
        Outcome outcome = Command.Run(Executable, arguments);
        outcome.Status.Should().Be(0, outcome.Output + outcome.Error);
        Dictionary<string, string> seen = JsonSerializer.Deserialize<Dictionary<string, string>>(outcome.Output)!;
        seen.Should().NotContainKey("exception");
        seen["leaked"].Should().BeEmpty("a scenario closes what it opens");
        seen.Remove("leaked");
        return seen;
    }
}
