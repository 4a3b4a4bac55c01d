// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace OciRuntime.Bench;

/// <summary>How one program ended.</summary>
/// <param name="Status">As a shell says it.</param>
/// <param name="MaxResident">KiB: the largest of the program and of what it waited for.</param>
/// <param name="Text">The first line it wrote.</param>
internal sealed record Outcome(int Status, long Nanoseconds, long MaxResident, string Text)
{
    internal string ToLine() => string.Join('\t', Status, Nanoseconds, MaxResident, Text);

    internal static Outcome Parse(string line)
    {
        string[] fields = line.Split('\t', 4);
        return new Outcome(
            int.Parse(fields[0], CultureInfo.InvariantCulture),
            long.Parse(fields[1], CultureInfo.InvariantCulture),
            long.Parse(fields[2], CultureInfo.InvariantCulture),
            fields[3]);
    }
}
