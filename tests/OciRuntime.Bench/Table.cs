// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace OciRuntime.Bench;

/// <summary>Results as text. A ratio is ocirun's median in the same layout over that of the row: below 1, ocirun needs less.</summary>
internal static class Table
{
    internal sealed record SizeRow(Contender Contender, long Installed, long? Stripped)
    {
        internal long Smallest => Stripped ?? Installed;
    }

    /// <param name="unit">How many of what was sampled are one of what is printed.</param>
    internal static void Print(string title, double unit, IReadOnlyList<Contender> contenders, long[][] samples)
    {
        Dictionary<Contender, double> medians = [];
        List<string[]> rows = [["runtime", "median", "min", "p95", "ocirun/X"]];
        for (int i = 0; i < contenders.Count; i++)
        {
            Array.Sort(samples[i]);
            medians.Add(contenders[i], Median(samples[i]));
        }

        for (int i = 0; i < contenders.Count; i++)
        {
            Contender contender = contenders[i];
            string ratio = medians.TryGetValue(contender.Reference, out double reference) ? Number(reference / medians[contender]) : "-";
            double[] numbers = [medians[contender], samples[i][0], Percentile95(samples[i])];
            rows.Add([contender.Name, .. numbers.Select(number => Number(number / unit)), ratio]);
        }

        Write(title, rows);
    }

    internal static void PrintSizes(IReadOnlyList<SizeRow> sizes)
    {
        List<string[]> rows = [["runtime", "installed", "stripped", "ocirun/X", "executable"]];
        foreach (SizeRow row in sizes)
        {
            SizeRow? reference = sizes.FirstOrDefault(other => other.Contender.Executable == row.Contender.Reference.Executable);
            string ratio = reference is null ? "-" : Number((double)reference.Smallest / row.Smallest);
            string stripped = row.Stripped is long bytes ? Kib(bytes) : "-";
            rows.Add([row.Contender.Name, Kib(row.Installed), stripped, ratio, row.Contender.Executable]);
        }

        Write("executable, KiB (libraries not counted)", rows);
    }

    private static double Median(long[] sorted) => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2.0;

    private static long Percentile95(long[] sorted) => sorted[(int)Math.Ceiling(sorted.Length * 0.95) - 1];

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    private static string Kib(long bytes) => (bytes / 1024).ToString(CultureInfo.InvariantCulture);

    private static void Write(string title, List<string[]> rows)
    {
        int nameWidth = rows.Max(row => row[0].Length);
        Console.WriteLine();
        Console.WriteLine(title);
        foreach (string[] row in rows)
        {
            IEnumerable<string> cells = row[1..].Select(cell => $"  {cell,9}");
            Console.WriteLine($"  {row[0].PadRight(nameWidth)}{string.Concat(cells)}");
        }
    }
}
