// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text.Json;

namespace OciRuntime.Spec.Json;

public static partial class DefaultSpecWriter
{
    private static void WriteLinux(Utf8JsonWriter json, DefaultSpecOptions options)
    {
        json.WriteStartObject("linux"u8);
        if (options.Rootless)
        {
            WriteIdMapping(json, "uidMappings"u8, options.HostUid);
            WriteIdMapping(json, "gidMappings"u8, options.HostGid);
        }
        else
        {
            WriteResources(json);
        }

        WriteNamespaces(json, options);
        WritePaths(json);
        json.WriteEndObject();
    }

    private static void WriteIdMapping(Utf8JsonWriter json, ReadOnlySpan<byte> name, uint hostId)
    {
        json.WriteStartArray(name);
        json.WriteStartObject();
        json.WriteNumber("containerID"u8, 0);
        json.WriteNumber("hostID"u8, hostId);
        json.WriteNumber("size"u8, 1);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteResources(Utf8JsonWriter json)
    {
        json.WriteStartObject("resources"u8);
        json.WriteStartArray("devices"u8);
        json.WriteStartObject();
        json.WriteBoolean("allow"u8, false);
        json.WriteString("access"u8, "rwm"u8);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNamespaces(Utf8JsonWriter json, DefaultSpecOptions options)
    {
        json.WriteStartArray("namespaces"u8);
        WriteNamespace(json, "pid"u8, true);
        WriteNamespace(json, "network"u8, !options.Rootless);
        WriteNamespace(json, "ipc"u8, true);
        WriteNamespace(json, "uts"u8, true);
        WriteNamespace(json, "mount"u8, true);
        WriteNamespace(json, "cgroup"u8, options.CgroupNamespace);
        WriteNamespace(json, "user"u8, options.Rootless);
        json.WriteEndArray();
    }

    private static void WriteNamespace(Utf8JsonWriter json, ReadOnlySpan<byte> type, bool wanted)
    {
        if (wanted)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteEndObject();
        }
    }

    private static void WritePaths(Utf8JsonWriter json)
    {
        json.WriteStrings(
            "maskedPaths"u8,
            "/proc/acpi",
            "/proc/asound",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/sys/firmware",
            "/proc/scsi");
        json.WriteStrings("readonlyPaths"u8, "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
    }
}
