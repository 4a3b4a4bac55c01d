// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.IO;
using System.Text.Json;

namespace OciRuntime.Guest;

/// <summary>Mounts, device nodes, and what the default config masks or makes read-only.</summary>
internal static class FileFacts
{
    private static readonly string[] s_paths =
    [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
    ];

    /// <summary>Every mount in the order of mountinfo, proc_pid_mountinfo(5).</summary>
    internal static void Mounts(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (string line in Report.Lines("/proc/self/mountinfo"))
        {
            string[] fields = line.Split(' ');
            int separator = Array.IndexOf(fields, "-");
            json.WriteStartObject();
            json.WriteString("root", fields[3]);
            json.WriteString("target", fields[4]);
            WriteWords(json, "options", fields[5].Split(','));
            WriteWords(json, "propagation", fields[6..separator]);
            json.WriteString("type", fields[separator + 1]);
            json.WriteString("source", fields[separator + 2]);
            WriteWords(json, "superOptions", fields[separator + 3].Split(','));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static void Devices(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (string path in Directory.GetFileSystemEntries("/dev"))
        {
            WriteFile(json, path);
        }

        json.WriteEndObject();
    }

    /// <summary>For each path of the default config's maskedPaths and readonlyPaths: its kind, and whether it can be read and written.</summary>
    internal static void Paths(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (string path in s_paths)
        {
            WriteFile(json, path);
        }

        json.WriteEndObject();
    }

    private static unsafe void WriteFile(Utf8JsonWriter json, string path)
    {
        // struct statx, include/uapi/linux/stat.h: mode at 28, uid at 20, gid at 24, rdev at 128 and 132.
        byte* buffer = stackalloc byte[256];
        Span<byte> stat = new(buffer, 256);
        json.WriteStartObject(path);
        if (Native.StatX(Native.AtCurrentDirectory, path, Native.AtSymlinkNoFollow, Native.StatxBasic, buffer) != 0)
        {
            json.WriteString("type", "missing");
            json.WriteEndObject();
            return;
        }

        ushort mode = BinaryPrimitives.ReadUInt16LittleEndian(stat[28..]);
        string type = TypeOf(mode);
        json.WriteString("type", type);
        json.WriteString("mode", Convert.ToString(mode & 0xFFF, 8));
        json.WriteNumber("uid", BinaryPrimitives.ReadUInt32LittleEndian(stat[20..]));
        json.WriteNumber("gid", BinaryPrimitives.ReadUInt32LittleEndian(stat[24..]));
        if (type is "c" or "b")
        {
            json.WriteNumber("major", BinaryPrimitives.ReadUInt32LittleEndian(stat[128..]));
            json.WriteNumber("minor", BinaryPrimitives.ReadUInt32LittleEndian(stat[132..]));
        }
        else if (type == "link")
        {
            json.WriteString("target", new FileInfo(path).LinkTarget);
        }
        else if (type == "directory")
        {
            json.WriteNumber("entries", Directory.GetFileSystemEntries(path).Length);
        }

        json.WriteEndObject();
    }

    // S_IFMT, inode(7).
    private static string TypeOf(ushort mode) => (mode & 0xF000) switch
    {
        0x1000 => "p",
        0x2000 => "c",
        0x4000 => "directory",
        0x6000 => "b",
        0x8000 => "file",
        0xA000 => "link",
        0xC000 => "socket",
        _ => "?",
    };

    private static void WriteWords(Utf8JsonWriter json, string name, string[] words)
    {
        json.WriteStartArray(name);
        foreach (string word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    }
}
