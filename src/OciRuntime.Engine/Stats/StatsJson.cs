// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text.Json;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Stats;

/// <summary>
/// The lines that <c>events</c> prints: runc's documents to the letter, which clients decode. Of most members 0 is left out, as Go's
/// <c>omitempty</c> does.
/// </summary>
internal static class StatsJson
{
    /// <returns><c>{"type":"oom","id":"…"}</c> and a newline.</returns>
    public static byte[] Oom(string id) => Event("oom", id, null);

    public static byte[] Stats(string id, ContainerCgroup cgroup) =>
        Event("stats", id, writer =>
        {
            writer.WriteStartObject("data"u8);
            if (cgroup.IsVersion2)
            {
                StatsV2.Write(writer, cgroup.Folders[0]);
            }
            else
            {
                StatsV1.Write(writer, cgroup);
            }

            // What no cgroup knows: Intel RDT, which is not carried out, and the network, which is the callers' business.
            writer.WriteStartObject("intel_rdt"u8);
            writer.WriteEndObject();
            writer.WriteNull("network_interfaces"u8);
            writer.WriteEndObject();
        });

    public static void WriteUnlessZero(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ulong value)
    {
        if (value != 0)
        {
            writer.WriteNumber(name, value);
        }
    }

    public static void WriteNumbers(Utf8JsonWriter writer, ReadOnlySpan<byte> name, List<ulong> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (ulong value in values)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }

    public static void WriteThrottling(Utf8JsonWriter writer, ulong periods, ulong throttled, ulong nanoseconds)
    {
        if ((periods | throttled | nanoseconds) != 0)
        {
            writer.WriteStartObject("throttling"u8);
            WriteUnlessZero(writer, "periods"u8, periods);
            WriteUnlessZero(writer, "throttledPeriods"u8, throttled);
            WriteUnlessZero(writer, "throttledTime"u8, nanoseconds);
            writer.WriteEndObject();
        }
    }

    public static void WriteMemory(Utf8JsonWriter writer, ReadOnlySpan<byte> name, MemoryEntry entry)
    {
        if ((entry.Limit | entry.Usage | entry.Max | entry.Failures) != 0)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("limit"u8, entry.Limit);
            WriteUnlessZero(writer, "usage"u8, entry.Usage);
            WriteUnlessZero(writer, "max"u8, entry.Max);
            writer.WriteNumber("failcnt"u8, entry.Failures);
            writer.WriteEndObject();
        }
    }

    public static void WriteMap(Utf8JsonWriter writer, ReadOnlySpan<byte> name, SortedList<string, ulong> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach ((string key, ulong value) in values)
        {
            writer.WriteNumber(key, value);
        }

        writer.WriteEndObject();
    }

    /// <param name="limit">No limit is 0 here.</param>
    public static void WritePids(Utf8JsonWriter writer, ulong current, ulong limit)
    {
        writer.WriteStartObject("pids"u8);
        WriteUnlessZero(writer, "current"u8, current);
        WriteUnlessZero(writer, "limit"u8, limit == ulong.MaxValue ? 0 : limit);
        writer.WriteEndObject();
    }

    public static void WriteIo(Utf8JsonWriter writer, ReadOnlySpan<byte> name, List<IoEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (IoEntry entry in entries)
        {
            writer.WriteStartObject();
            WriteUnlessZero(writer, "major"u8, entry.Major);
            WriteUnlessZero(writer, "minor"u8, entry.Minor);
            if (entry.Operation.Length > 0)
            {
                writer.WriteString("op"u8, entry.Operation);
            }

            WriteUnlessZero(writer, "value"u8, entry.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <param name="folder">Null: no hierarchy has the controller.</param>
    /// <param name="suffixes">Of the files for usage and, empty for none, for the highest usage.</param>
    /// <param name="failures">How often the limit was hit, by the files' prefix.</param>
    public static void WriteHugepages(Utf8JsonWriter writer, string? folder, (string Usage, string Max) suffixes, Func<string, string, ulong> failures)
    {
        writer.WriteStartObject("hugetlb"u8);
        foreach (string size in folder is null ? [] : HugepageSizes())
        {
            // What is reserved, where the kernel counts that: Linux 5.7.
            string prefix = $"hugetlb.{size}.rsvd";
            ulong? usage = StatFile.Number(folder!, prefix + suffixes.Usage);
            if (usage is null)
            {
                prefix = $"hugetlb.{size}";
                usage = StatFile.Number(folder!, prefix + suffixes.Usage);
            }

            if (usage is null)
            {
                continue;
            }

            writer.WriteStartObject(size);
            WriteUnlessZero(writer, "usage"u8, usage.Value);
            WriteUnlessZero(writer, "max"u8, suffixes.Max.Length == 0 ? 0 : StatFile.Number(folder!, prefix + suffixes.Max) ?? 0);
            writer.WriteNumber("failcnt"u8, failures(folder!, prefix));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    // /sys/kernel/mm/hugepages/hugepages-2048kB; the files of cgroups say 2MB. mm/hugetlb_cgroup.c, mem_fmt.
    private static List<string> HugepageSizes()
    {
        const string Prefix = "hugepages-";
        List<string> sizes = [];
        if (Files.TryOpen(Fd.CurrentDirectory, "/sys/kernel/mm/hugepages\0"u8, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, out OwnedFd? folder) != 0)
        {
            return sizes;
        }

        using (folder)
        {
            foreach (KernelString name in Folders.Names(folder!.Borrow))
            {
                string text = name.ToString();
                if (text.StartsWith(Prefix, StringComparison.Ordinal) && text.EndsWith("kB", StringComparison.Ordinal))
                {
                    ulong size = StatFile.Number(text.AsSpan(Prefix.Length, text.Length - Prefix.Length - 2));
                    sizes.Add(size >= 1 << 20 ? $"{size >> 20}GB" : size >= 1 << 10 ? $"{size >> 10}MB" : $"{size}KB");
                }
            }
        }

        sizes.Sort(StringComparer.Ordinal);
        return sizes;
    }

    private static byte[] Event(string type, string id, Action<Utf8JsonWriter>? data)
    {
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter writer = new(line))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            writer.WriteString("id"u8, id);
            data?.Invoke(writer);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }
}

/// <param name="Max">The highest usage so far.</param>
/// <param name="Failures">How often the limit was hit.</param>
internal readonly record struct MemoryEntry(ulong Limit, ulong Usage, ulong Max, ulong Failures);

/// <param name="Operation">Read, Write, Sync, Async, Discard, Total; empty where there is no such division.</param>
internal readonly record struct IoEntry(ulong Major, ulong Minor, string Operation, ulong Value);
