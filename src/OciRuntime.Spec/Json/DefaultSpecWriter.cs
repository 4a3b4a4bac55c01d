// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Text.Json;

namespace OciRuntime.Spec.Json;

/// <summary>
/// Writes the config.json that <c>spec</c> gives to start from: members, order, values, tabs and the missing last line break as runc
/// writes them, because people patch it with scripts.
/// </summary>
public static partial class DefaultSpecWriter
{
    private const string Hostname = "ocirun";

    public static void Write(IBufferWriter<byte> to, DefaultSpecOptions options)
    {
        using var json = new Utf8JsonWriter(to, WriterWords.Indented('\t', 1));
        json.WriteStartObject();
        json.WriteString("ociVersion"u8, RuntimeSpec.Version);
        WriteProcess(json);
        WriteRoot(json);
        json.WriteString("hostname"u8, Hostname);
        WriteMounts(json, options.Rootless);
        WriteLinux(json, options);
        json.WriteEndObject();
    }

    private static void WriteProcess(Utf8JsonWriter json)
    {
        json.WriteStartObject("process"u8);
        json.WriteBoolean("terminal"u8, true);
        json.WriteStartObject("user"u8);
        json.WriteNumber("uid"u8, 0);
        json.WriteNumber("gid"u8, 0);
        json.WriteEndObject();
        json.WriteStrings("args"u8, "sh");
        json.WriteStrings("env"u8, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm");
        json.WriteString("cwd"u8, "/"u8);
        WriteCapabilities(json);
        WriteRlimits(json);
        json.WriteBoolean("noNewPrivileges"u8, true);
        json.WriteEndObject();
    }

    // None inheritable or ambient: a program that drops root must not regain any by execve.
    private static void WriteCapabilities(Utf8JsonWriter json)
    {
        ReadOnlySpan<string> few = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];
        json.WriteStartObject("capabilities"u8);
        json.WriteStrings("bounding"u8, few);
        json.WriteStrings("effective"u8, few);
        json.WriteStrings("permitted"u8, few);
        json.WriteEndObject();
    }

    private static void WriteRlimits(Utf8JsonWriter json)
    {
        json.WriteStartArray("rlimits"u8);
        json.WriteStartObject();
        json.WriteString("type"u8, "RLIMIT_NOFILE"u8);
        json.WriteNumber("hard"u8, 1024);
        json.WriteNumber("soft"u8, 1024);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteRoot(Utf8JsonWriter json)
    {
        json.WriteStartObject("root"u8);
        json.WriteString("path"u8, "rootfs"u8);
        json.WriteBoolean("readonly"u8, true);
        json.WriteEndObject();
    }

    private static void WriteMounts(Utf8JsonWriter json, bool rootless)
    {
        json.WriteStartArray("mounts"u8);
        WriteMount(json, "/proc", "proc", "proc");
        WriteMount(json, "/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        WriteTerminals(json, rootless);
        WriteMount(json, "/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        WriteMount(json, "/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        WriteSys(json, rootless);
        WriteMount(json, "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
        json.WriteEndArray();
    }

    private static void WriteTerminals(Utf8JsonWriter json, bool rootless)
    {
        // Group 5 (tty) has no counterpart where a single group is mapped.
        ReadOnlySpan<string> options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"];
        WriteMount(json, "/dev/pts", "devpts", "devpts", rootless ? options[..^1] : options);
    }

    private static void WriteSys(Utf8JsonWriter json, bool rootless)
    {
        if (rootless)
        {
            // A new sysfs needs a network namespace that the user namespace owns.
            WriteMount(json, "/sys", "none", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro");
        }
        else
        {
            WriteMount(json, "/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
        }
    }

    private static void WriteMount(
        Utf8JsonWriter json, string destination, string type, string source, params ReadOnlySpan<string> options)
    {
        json.WriteStartObject();
        json.WriteString("destination"u8, destination);
        json.WriteString("type"u8, type);
        json.WriteString("source"u8, source);
        if (!options.IsEmpty)
        {
            json.WriteStrings("options"u8, options);
        }

        json.WriteEndObject();
    }
}
