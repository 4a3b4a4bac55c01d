// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace OciRuntime.Bench;

/// <summary>
/// bench ROUNDS FOLDER BUNDLE CASES NAME=PATH…: in each round each runtime has one turn, and a different one begins. A name that begins with @ gets
/// a mount namespace with a plain cgroup2. tests/bench calls it.
/// </summary>
internal static class Program
{
    private const int WarmUpRounds = 5;

    private static readonly (string Name, string Title)[] s_cases =
    [
        ("run", "run /bin/true"),
        ("cycle", "create + start + delete -f"),
        ("state", "state"),
    ];

    private static int Main(string[] args)
    {
        if (args is ["worker", string runtime, string root, string bundlePath])
        {
            try
            {
                return new Worker(runtime, root, bundlePath).Serve();
            }
            catch (InvalidOperationException e)
            {
                Console.Error.WriteLine($"bench: {e.Message}");
                return 1;
            }
        }

        if (args is not [string roundsText, string folder, string bundle, string caseNames, _, ..])
        {
            Console.Error.WriteLine("usage: bench ROUNDS FOLDER BUNDLE CASE,… [@]NAME=PATH…");
            return 2;
        }

        List<Contender> contenders = [];
        try
        {
            foreach (string word in args[4..])
            {
                string[] parts = word.Split('=', 2);
                contenders.Add(new Contender(parts[0].TrimStart('@'), parts[1], parts[0].StartsWith('@'), folder, bundle));
            }

            foreach (Contender broken in contenders.Skip(1).Where(c => !c.Works()).ToArray())
            {
                Console.Error.WriteLine($"bench: {broken.Name} does not run here, and is left out");
                broken.Dispose();
                _ = contenders.Remove(broken);
            }

            (string Name, string Title)[] cases = [.. s_cases.Where(c => caseNames.Split(',').Contains(c.Name))];
            foreach ((string name, _) in cases)
            {
                Measure(contenders, name, int.Parse(roundsText, CultureInfo.InvariantCulture));
            }

            contenders[0].Measure("floor", record: true);
            Print(contenders, cases);
            return 0;
        }
        catch (InvalidOperationException e)
        {
            Console.Error.WriteLine($"bench: {e.Message}");
            return 1;
        }
        finally
        {
            contenders.ForEach(c => c.Dispose());
        }
    }

    private static void Measure(List<Contender> contenders, string name, int rounds)
    {
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            for (int turn = 0; turn < contenders.Count; turn++)
            {
                contenders[(turn + round + WarmUpRounds) % contenders.Count].Measure(name, record: round >= 0);
            }
        }
    }

    private static void Print(List<Contender> contenders, (string Name, string Title)[] cases)
    {
        List<string[]> rows = [["", .. contenders.Select(c => c.Name)]];
        foreach ((string name, string title) in cases)
        {
            rows.Add([$"{title}: median ms", .. Cells(contenders, c => c.Milliseconds(name).Median, "F2")]);
            rows.Add([$"{title}: least ms", .. Cells(contenders, c => c.Milliseconds(name).Least, "F2")]);
            rows.Add([$"{title}: peak memory MiB", .. Cells(contenders, c => c.PeakKiB(name) / 1024, "F1")]);
        }

        rows.Add(["executable MiB", .. Cells(contenders, c => c.SizeBytes / 1024.0 / 1024.0, "F1")]);
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(r => r[column].Length))];
        foreach (string[] row in rows)
        {
            Console.Out.WriteLine(string.Join("   ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))).TrimEnd());
        }

        Console.Out.WriteLine($"In parentheses: {contenders[0].Name} divided by this one.");
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Peak memory counts from {contenders[0].PeakKiB("floor") / 1024:F1} MiB, which the process that starts them has: the kernel carries it over."));
    }

    // The first runtime is the measure: of the others, also its value divided by theirs.
    private static IEnumerable<string> Cells(List<Contender> contenders, Func<Contender, double> value, string format)
    {
        double first = value(contenders[0]);
        return contenders.Select((c, index) => value(c).ToString(format, CultureInfo.InvariantCulture)
            + (index == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" ({first / value(c):F2})")));
    }
}
