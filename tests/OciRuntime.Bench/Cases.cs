// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;

namespace OciRuntime.Bench;

/// <summary>What is measured. In each round every runtime has its turn: what else happens on the machine meets all of them.</summary>
internal sealed class Cases(IReadOnlyList<Contender> contenders, string bundle, string prefix, int rounds)
{
    private const int WarmUpRounds = 3;
    private const double NanosecondsPerMillisecond = 1e6;
    private const double KibPerMib = 1024;

    // Bundles below the bundle.
    internal const string FilterFolder = "filter";
    internal const string CallsFolder = "calls";
    internal const string FilteredCallsFolder = "filtered-calls";

    private int _containers;

    internal void Run(string name)
    {
        switch (name)
        {
            case "run":
                Print("run of /bin/true, ms", NanosecondsPerMillisecond, Sample(1, TimeRun)[0]);
                break;
            case "run-seccomp":
                Print("run of /bin/true with a filter of Docker's size, ms", NanosecondsPerMillisecond, Sample(1, TimeFilteredRun)[0]);
                Print("the same without what was compiled before, ms", NanosecondsPerMillisecond, Sample(1, TimeColdFilteredRun)[0]);
                break;
            case "calls":
                Calls("with a filter of Docker's size", FilteredCallsFolder);
                Calls("without a filter", CallsFolder);
                break;
            case "create-start-delete":
                CreateStartDelete();
                break;
            case "state":
                State();
                break;
            case "exec":
                Exec();
                break;
            case "memory":
                Print("peak memory of the largest process in run of /bin/true, MiB", KibPerMib, Sample(1, MeasureRun)[0]);
                break;
            case "size":
                Size();
                break;
            default:
                throw new BenchException($"there is no case '{name}'");
        }
    }

    /// <summary>Why a runtime can't run the container at all: the first line of what it says; null: it can.</summary>
    internal static string? Probe(Contender contender, string bundle, string id)
    {
        Outcome outcome = contender.Try("run", "--bundle", bundle, id);
        if (outcome.Status == 0)
        {
            return null;
        }

        _ = contender.Try("delete", "-f", id);
        return outcome.Text.Length > 0 ? outcome.Text : $"run ended with status {outcome.Status}";
    }

    private void CreateStartDelete()
    {
        string[] titles = ["create + start + delete -f, ms", "create, ms", "start, ms", "delete -f, ms"];
        long[][][] samples = Sample(titles.Length, contender =>
        {
            string id = NewId();
            long create = contender.Time("create", "--bundle", bundle, id);
            long start = contender.Time("start", id);
            long delete = contender.Time("delete", "-f", id);
            return [create + start + delete, create, start, delete];
        });
        for (int i = 0; i < titles.Length; i++)
        {
            Print(titles[i], NanosecondsPerMillisecond, samples[i]);
        }
    }

    private void State() =>
        Print("state of a created container, ms", NanosecondsPerMillisecond, SampleWithContainer((contender, id) => contender.Time("state", id)));

    private void Exec() =>
        Print("exec of /bin/true in a created container, ms", NanosecondsPerMillisecond, SampleWithContainer((contender, id) => contender.Time("exec", id, "/bin/true")));

    private long[][] SampleWithContainer(Func<Contender, string, long> measure)
    {
        Dictionary<Contender, string> ids = [];
        foreach (Contender contender in contenders)
        {
            string id = NewId();
            _ = contender.Time("create", "--bundle", bundle, id);
            ids.Add(contender, id);
        }

        long[][] samples = Sample(1, contender => [measure(contender, ids[contender])])[0];
        foreach ((Contender contender, string id) in ids)
        {
            _ = contender.Time("delete", "-f", id);
        }

        return samples;
    }

    private void Size()
    {
        List<Table.SizeRow> rows = [];
        foreach (Contender contender in contenders)
        {
            // The second row of an executable would say the same.
            if (!rows.Exists(row => row.Contender.Executable == contender.Executable))
            {
                rows.Add(new Table.SizeRow(contender, new FileInfo(contender.Executable).Length, StrippedSize(contender)));
            }
        }

        Table.PrintSizes(rows);
    }

    private long? StrippedSize(Contender contender)
    {
        string stripped = Path.Combine(bundle, "stripped");
        bool done = contender.RunTool("/usr/bin/strip", "-o", stripped, contender.Executable).Status == 0;
        return done ? new FileInfo(stripped).Length : null;
    }

    private long[] TimeRun(Contender contender) => [contender.Time("run", "--bundle", bundle, NewId())];

    private long[] TimeFilteredRun(Contender contender) => [contender.Time("run", "--bundle", Path.Combine(bundle, FilterFolder), NewId())];

    private long[] TimeColdFilteredRun(Contender contender)
    {
        contender.ForgetFilters();
        return TimeFilteredRun(contender);
    }

    private void Calls(string how, string folder)
    {
        const double Picoseconds = 1000;
        long[][][] samples = Sample(2, contender => contender.Read("run", "--bundle", Path.Combine(bundle, folder), NewId()));
        Print($"getppid {how}, ns a call", Picoseconds, samples[0]);
        Print($"openat and close {how}, ns both", Picoseconds, samples[1]);
    }

    private long[] MeasureRun(Contender contender) =>
        [contender.Measure(Path.Combine(bundle, "rootfs/bin/busybox"), "run", "--bundle", bundle, NewId())];

    /// <returns>By value, by contender, by round.</returns>
    private long[][][] Sample(int values, Func<Contender, long[]> measure)
    {
        long[][][] samples = new long[values][][];
        for (int value = 0; value < values; value++)
        {
            samples[value] = new long[contenders.Count][];
            for (int i = 0; i < contenders.Count; i++)
            {
                samples[value][i] = new long[rounds];
            }
        }

        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                long[] measured = measure(contenders[i]);
                if (round < 0)
                {
                    continue;
                }

                for (int value = 0; value < values; value++)
                {
                    samples[value][i][round] = measured[value];
                }
            }
        }

        return samples;
    }

    private void Print(string title, double unit, long[][] samples) => Table.Print($"{title}, {rounds} rounds", unit, contenders, samples);

    private string NewId() => $"{prefix}-{++_containers}";
}
