// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using OciRuntime.Engine.Cgroups;

namespace OciRuntime.Engine.Stats;

/// <summary>What the controllers of version 1 report. Documentation/admin-guide/cgroup-v1.</summary>
internal static class StatsV1
{
    // proc(5): cpuacct.stat counts in USER_HZ, which is 100 on every architecture that .NET knows.
    private const ulong NanosecondsPerTick = 10_000_000;

    private static readonly string[] s_bfqDebug =
    [
        "blkio.bfq.io_service_bytes_recursive", "blkio.bfq.io_serviced_recursive", "blkio.bfq.io_queued_recursive",
        "blkio.bfq.io_service_time_recursive", "blkio.bfq.io_wait_time_recursive", "blkio.bfq.io_merged_recursive",
        "blkio.bfq.time_recursive", "blkio.bfq.sectors_recursive",
    ];

    private static readonly string[] s_bfq = ["blkio.bfq.io_service_bytes_recursive", "blkio.bfq.io_serviced_recursive"];
    private static readonly string[] s_throttleTree = ["blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_serviced_recursive"];
    private static readonly string[] s_throttle = ["blkio.throttle.io_service_bytes", "blkio.throttle.io_serviced"];

    public static void Write(Utf8JsonWriter writer, ContainerCgroup cgroup)
    {
        WriteCpu(writer, cgroup.FolderOf("cpuacct"), cgroup.FolderOf("cpu"));
        WriteCpuset(writer, cgroup.FolderOf("cpuset"));
        WriteMemory(writer, cgroup.FolderOf("memory"));
        string? pids = cgroup.FolderOf("pids");
        StatsJson.WritePids(writer, Number(pids, "pids.current"), Number(pids, "pids.max"));
        WriteIo(writer, cgroup.FolderOf("blkio"));
        StatsJson.WriteHugepages(
            writer, cgroup.FolderOf("hugetlb"), (".usage_in_bytes", ".max_usage_in_bytes"), (folder, prefix) => Number(folder, prefix + ".failcnt"));
    }

    private static ulong Number(string? folder, string file) => folder is null ? 0 : StatFile.Number(folder, file) ?? 0;

    private static void WriteCpu(Utf8JsonWriter writer, string? usage, string? cpu)
    {
        writer.WriteStartObject("cpu"u8);
        if (usage is not null)
        {
            (List<ulong> user, List<ulong> kernel) = PerProcessor(usage);
            SortedList<string, ulong> ticks = StatFile.Keyed(usage, "cpuacct.stat");
            writer.WriteStartObject("usage"u8);
            StatsJson.WriteUnlessZero(writer, "total"u8, Number(usage, "cpuacct.usage"));
            StatsJson.WriteNumbers(writer, "percpu"u8, Words(StatFile.Read(usage, "cpuacct.usage_percpu") ?? ""));
            StatsJson.WriteNumbers(writer, "percpu_kernel"u8, kernel);
            StatsJson.WriteNumbers(writer, "percpu_user"u8, user);
            writer.WriteNumber("kernel"u8, ticks.ValueOf("system") * NanosecondsPerTick);
            writer.WriteNumber("user"u8, ticks.ValueOf("user") * NanosecondsPerTick);
            writer.WriteEndObject();
        }

        SortedList<string, ulong> times = cpu is null ? [] : StatFile.Keyed(cpu, "cpu.stat");
        StatsJson.WriteThrottling(writer, times.ValueOf("nr_periods"), times.ValueOf("nr_throttled"), times.ValueOf("throttled_time"));
        writer.WriteEndObject();
    }

    // A title, then a line for each processor: number, user, system.
    private static (List<ulong> User, List<ulong> Kernel) PerProcessor(string folder)
    {
        List<ulong> user = [];
        List<ulong> kernel = [];
        string text = StatFile.Read(folder, "cpuacct.usage_all") ?? "";
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            List<ulong> words = text.AsSpan(range).StartsWith("cpu") ? [] : Words(text[range]);
            if (words.Count >= 3)
            {
                user.Add(words[1]);
                kernel.Add(words[2]);
            }
        }

        return (user, kernel);
    }

    private static List<ulong> Words(string text)
    {
        List<ulong> numbers = [];
        foreach (Range range in text.AsSpan().Split(' '))
        {
            ReadOnlySpan<char> word = text.AsSpan(range).Trim();
            if (!word.IsEmpty)
            {
                numbers.Add(StatFile.Number(word));
            }
        }

        return numbers;
    }

    private static void WriteCpuset(Utf8JsonWriter writer, string? folder)
    {
        writer.WriteStartObject("cpuset"u8);
        StatsJson.WriteNumbers(writer, "cpus"u8, List(folder, "cpuset.cpus"));
        writer.WriteNumber("cpu_exclusive"u8, Number(folder, "cpuset.cpu_exclusive"));
        StatsJson.WriteNumbers(writer, "mems"u8, List(folder, "cpuset.mems"));
        writer.WriteNumber("mem_hardwall"u8, Number(folder, "cpuset.mem_hardwall"));
        writer.WriteNumber("mem_exclusive"u8, Number(folder, "cpuset.mem_exclusive"));
        writer.WriteNumber("memory_migrate"u8, Number(folder, "cpuset.memory_migrate"));
        writer.WriteNumber("memory_spread_page"u8, Number(folder, "cpuset.memory_spread_page"));
        writer.WriteNumber("memory_spread_slab"u8, Number(folder, "cpuset.memory_spread_slab"));
        writer.WriteNumber("memory_pressure"u8, Number(folder, "cpuset.memory_pressure"));
        writer.WriteNumber("sched_load_balance"u8, Number(folder, "cpuset.sched_load_balance"));
        writer.WriteNumber("sched_relax_domain_level"u8, SignedNumber(folder, "cpuset.sched_relax_domain_level"));
        writer.WriteEndObject();
    }

    private static long SignedNumber(string? folder, string file)
    {
        string? text = folder is null ? null : StatFile.Read(folder, file);
        return long.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : 0;
    }

    // cpuset(7), "List format": 0-3,7.
    private static List<ulong> List(string? folder, string file)
    {
        List<ulong> members = [];
        string text = folder is null ? "" : (StatFile.Read(folder, file) ?? "").Trim();
        foreach (Range range in text.AsSpan().Split(','))
        {
            ReadOnlySpan<char> part = text.AsSpan(range);
            int dash = part.IndexOf('-');
            ulong last = part.IsEmpty ? 0 : StatFile.Number(part[(dash + 1)..]);
            for (ulong member = dash < 0 ? last : StatFile.Number(part[..dash]); !part.IsEmpty && member <= last; member++)
            {
                members.Add(member);
            }
        }

        return members;
    }

    private static void WriteMemory(Utf8JsonWriter writer, string? folder)
    {
        writer.WriteStartObject("memory"u8);
        if (folder is not null)
        {
            SortedList<string, ulong> counters = StatFile.Keyed(folder, "memory.stat");
            StatsJson.WriteUnlessZero(writer, "cache"u8, counters.ValueOf("cache"));
            StatsJson.WriteMemory(writer, "usage"u8, Memory(folder, "memory"));
            StatsJson.WriteMemory(writer, "swap"u8, Memory(folder, "memory.memsw"));
            StatsJson.WriteMemory(writer, "kernel"u8, Memory(folder, "memory.kmem"));
            StatsJson.WriteMemory(writer, "kernelTCP"u8, Memory(folder, "memory.kmem.tcp"));
            StatsJson.WriteMap(writer, "raw"u8, counters);
        }

        writer.WriteEndObject();
    }

    private static MemoryEntry Memory(string folder, string prefix) => new(
        Number(folder, prefix + ".limit_in_bytes"), Number(folder, prefix + ".usage_in_bytes"),
        Number(folder, prefix + ".max_usage_in_bytes"), Number(folder, prefix + ".failcnt"));

    // The scheduler BFQ, with its counters for debugging if it has them, before what the throttle counts.
    private static void WriteIo(Utf8JsonWriter writer, string? folder)
    {
        writer.WriteStartObject("blkio"u8);
        foreach (string[] files in folder is null ? (ReadOnlySpan<string[]>)[] : [s_bfqDebug, s_bfq, s_throttleTree, s_throttle])
        {
            if (ReadAll(folder!, files) is { } entries)
            {
                WriteIo(writer, entries);
                break;
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteIo(Utf8JsonWriter writer, List<List<IoEntry>> entries)
    {
        List<IoEntry> At(int index) => index < entries.Count ? entries[index] : [];
        StatsJson.WriteIo(writer, "ioServiceBytesRecursive"u8, At(0));
        StatsJson.WriteIo(writer, "ioServicedRecursive"u8, At(1));
        StatsJson.WriteIo(writer, "ioQueueRecursive"u8, At(2));
        StatsJson.WriteIo(writer, "ioServiceTimeRecursive"u8, At(3));
        StatsJson.WriteIo(writer, "ioWaitTimeRecursive"u8, At(4));
        StatsJson.WriteIo(writer, "ioMergedRecursive"u8, At(5));
        StatsJson.WriteIo(writer, "ioTimeRecursive"u8, At(6));
        StatsJson.WriteIo(writer, "sectorsRecursive"u8, At(7));
    }

    /// <returns>Null where one of them has nothing to say.</returns>
    private static List<List<IoEntry>>? ReadAll(string folder, string[] files)
    {
        List<List<IoEntry>> all = [];
        foreach (string file in files)
        {
            List<IoEntry> entries = Entries(StatFile.Read(folder, file) ?? "");
            if (entries.Count == 0)
            {
                return null;
            }

            all.Add(entries);
        }

        return all;
    }

    // "8:0 Read 4096", "8:0 4096", and "Total 4096" for all devices.
    private static List<IoEntry> Entries(string text)
    {
        List<IoEntry> entries = [];
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(' ');
            int colon = words[0].IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && words.Length > 1)
            {
                entries.Add(new IoEntry(
                    StatFile.Number(words[0].AsSpan(0, colon)), StatFile.Number(words[0].AsSpan(colon + 1)),
                    words.Length > 2 ? words[1] : "", StatFile.Number(words[^1])));
            }
        }

        return entries;
    }
}
