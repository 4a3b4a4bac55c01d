// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;

namespace OciRuntime.Engine.Stats;

/// <summary>What a version 2 folder reports, in the words of version 1 where it has such. Documentation/admin-guide/cgroup-v2.rst.</summary>
internal static class StatsV2
{
    private const ulong NanosecondsPerMicrosecond = 1000;

    private static readonly string[] s_cpusetMembers =
    [
        "cpu_exclusive", "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page", "memory_spread_slab",
        "memory_pressure", "sched_load_balance", "sched_relax_domain_level",
    ];

    public static void Write(Utf8JsonWriter writer, string folder)
    {
        WriteCpu(writer, folder);

        // As runc: version 2 has none of these switches.
        writer.WriteStartObject("cpuset"u8);
        foreach (string member in s_cpusetMembers)
        {
            writer.WriteNumber(member, 0);
        }

        writer.WriteEndObject();
        WriteMemory(writer, folder);
        StatsJson.WritePids(writer, Number(folder, "pids.current"), Number(folder, "pids.max"));
        WriteIo(writer, folder);
        StatsJson.WriteHugepages(
            writer, folder, (".current", ""), (_, prefix) => StatFile.Keyed(folder, $"{prefix.Replace(".rsvd", "", StringComparison.Ordinal)}.events").ValueOf("max"));
    }

    private static ulong Number(string folder, string file) => StatFile.Number(folder, file) ?? 0;

    private static void WriteCpu(Utf8JsonWriter writer, string folder)
    {
        SortedList<string, ulong> times = StatFile.Keyed(folder, "cpu.stat");
        ulong total = times.ValueOf("usage_usec") * NanosecondsPerMicrosecond;
        ulong kernel = times.ValueOf("system_usec") * NanosecondsPerMicrosecond;
        ulong user = times.ValueOf("user_usec") * NanosecondsPerMicrosecond;
        writer.WriteStartObject("cpu"u8);
        if ((total | kernel | user) != 0)
        {
            writer.WriteStartObject("usage"u8);
            StatsJson.WriteUnlessZero(writer, "total"u8, total);
            writer.WriteNumber("kernel"u8, kernel);
            writer.WriteNumber("user"u8, user);
            writer.WriteEndObject();
        }

        StatsJson.WriteThrottling(
            writer, times.ValueOf("nr_periods"), times.ValueOf("nr_throttled"), times.ValueOf("throttled_usec") * NanosecondsPerMicrosecond);
        WritePressure(writer, folder, "cpu.pressure");
        writer.WriteEndObject();
    }

    private static void WriteMemory(Utf8JsonWriter writer, string folder)
    {
        SortedList<string, ulong> counters = StatFile.Keyed(folder, "memory.stat");
        MemoryEntry usage = new(Number(folder, "memory.max"), Number(folder, "memory.current"), Number(folder, "memory.peak"), 0);

        // As version 1 counts it: memory and swap together. Their peaks can't be added up.
        ulong swapLimit = Number(folder, "memory.swap.max");
        MemoryEntry swap = new(
            swapLimit == ulong.MaxValue ? swapLimit : unchecked(swapLimit + usage.Limit), Number(folder, "memory.swap.current") + usage.Usage, 0, 0);
        writer.WriteStartObject("memory"u8);
        StatsJson.WriteUnlessZero(writer, "cache"u8, counters.ValueOf("file"));
        StatsJson.WriteMemory(writer, "usage"u8, usage);
        StatsJson.WriteMemory(writer, "swap"u8, swap);
        StatsJson.WriteMap(writer, "raw"u8, counters);
        WritePressure(writer, folder, "memory.pressure");
        writer.WriteEndObject();
    }

    // io.stat: 8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0
    private static void WriteIo(Utf8JsonWriter writer, string folder)
    {
        List<IoEntry> bytes = [];
        List<IoEntry> operations = [];
        foreach (string line in (StatFile.Read(folder, "io.stat") ?? "").Split('\n'))
        {
            string[] words = line.Split(' ');
            int colon = words[0].IndexOf(':', StringComparison.Ordinal);
            for (int i = 1; i < words.Length && colon > 0; i++)
            {
                int equals = words[i].IndexOf('=', StringComparison.Ordinal);
                string key = equals < 0 ? "" : words[i][..equals];
                if (key is "rbytes" or "wbytes" or "rios" or "wios")
                {
                    (key is "rbytes" or "wbytes" ? bytes : operations).Add(new IoEntry(
                        StatFile.Number(words[0].AsSpan(0, colon)), StatFile.Number(words[0].AsSpan(colon + 1)),
                        key[0] == 'r' ? "Read" : "Write", StatFile.Number(words[i].AsSpan(equals + 1))));
                }
            }
        }

        writer.WriteStartObject("blkio"u8);
        StatsJson.WriteIo(writer, "ioServiceBytesRecursive"u8, bytes);
        StatsJson.WriteIo(writer, "ioServicedRecursive"u8, operations);
        WritePressure(writer, folder, "io.pressure");
        writer.WriteEndObject();
    }

    // some avg10=0.00 avg60=0.00 avg300=0.00 total=0, and the same with full.
    private static void WritePressure(Utf8JsonWriter writer, string folder, string file)
    {
        if (StatFile.Read(folder, file) is not { } text)
        {
            return;
        }

        writer.WriteStartObject("psi"u8);
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(' ');
            if (words.Length > 1 && Array.Exists(words, HasCounted))
            {
                WritePressure(writer, words);
            }
        }

        writer.WriteEndObject();
    }

    private static bool HasCounted(string word) =>
        word.Contains('=', StringComparison.Ordinal) && word.AsSpan(word.IndexOf('=', StringComparison.Ordinal)).ContainsAnyInRange('1', '9');

    private static void WritePressure(Utf8JsonWriter writer, string[] words)
    {
        writer.WriteStartObject(words[0]);
        foreach (string word in words.AsSpan(1))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (double.TryParse(word.AsSpan(equals + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
            {
                writer.WriteNumber(word[..equals], value);
            }
        }

        writer.WriteEndObject();
    }
}
