// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text.Json;

namespace OciRuntime.Spec.Json;

/// <summary>Writes the features document in runc's order and form: four spaces, and a line break at the end.</summary>
public static class FeaturesWriter
{
    public static void Write(IBufferWriter<byte> to, FeaturesDocument features)
    {
        using (var json = new Utf8JsonWriter(to, WriterWords.Indented(' ', 4)))
        {
            json.WriteStartObject();
            json.WriteString("ociVersionMin"u8, features.OciVersionMin);
            json.WriteString("ociVersionMax"u8, features.OciVersionMax);
            WriteStrings(json, "hooks"u8, features.Hooks);
            WriteStrings(json, "mountOptions"u8, features.MountOptions);
            WriteLinux(json, features.Linux);
            WriteAnnotations(json, features.Annotations);
            WriteStrings(json, "potentiallyUnsafeConfigAnnotations"u8, features.PotentiallyUnsafeConfigAnnotations);
            json.WriteEndObject();
        }

        to.Write("\n"u8);
    }

    private static void WriteLinux(Utf8JsonWriter json, LinuxFeatures? linux)
    {
        if (linux is null)
        {
            return;
        }

        json.WriteStartObject("linux"u8);
        WriteStrings(json, "namespaces"u8, linux.Namespaces);
        WriteStrings(json, "capabilities"u8, linux.Capabilities);
        WriteCgroup(json, linux.Cgroup);
        WriteSeccomp(json, linux.Seccomp);
        WriteSwitch(json, "apparmor"u8, linux.Apparmor);
        WriteSwitch(json, "selinux"u8, linux.Selinux);
        WriteIntelRdt(json, linux.IntelRdt);
        WriteMemoryPolicy(json, linux.MemoryPolicy);
        if (linux.IdMappedMounts is not null)
        {
            json.WriteStartObject("mountExtensions"u8);
            WriteSwitch(json, "idmap"u8, linux.IdMappedMounts);
            json.WriteEndObject();
        }

        WriteSwitch(json, "netDevices"u8, linux.NetDevices);
        json.WriteEndObject();
    }

    private static void WriteCgroup(Utf8JsonWriter json, CgroupFeatures? cgroup)
    {
        if (cgroup is not null)
        {
            json.WriteStartObject("cgroup"u8);
            WriteBoolean(json, "v1"u8, cgroup.V1);
            WriteBoolean(json, "v2"u8, cgroup.V2);
            WriteBoolean(json, "systemd"u8, cgroup.Systemd);
            WriteBoolean(json, "systemdUser"u8, cgroup.SystemdUser);
            WriteBoolean(json, "rdma"u8, cgroup.Rdma);
            json.WriteEndObject();
        }
    }

    private static void WriteSeccomp(Utf8JsonWriter json, SeccompFeatures? seccomp)
    {
        if (seccomp is not null)
        {
            json.WriteStartObject("seccomp"u8);
            WriteBoolean(json, "enabled"u8, seccomp.Enabled);
            WriteStrings(json, "actions"u8, seccomp.Actions);
            WriteStrings(json, "operators"u8, seccomp.Operators);
            WriteStrings(json, "archs"u8, seccomp.Archs);
            WriteStrings(json, "knownFlags"u8, seccomp.KnownFlags);
            WriteStrings(json, "supportedFlags"u8, seccomp.SupportedFlags);
            json.WriteEndObject();
        }
    }

    private static void WriteIntelRdt(Utf8JsonWriter json, IntelRdtFeatures? intelRdt)
    {
        if (intelRdt is not null)
        {
            json.WriteStartObject("intelRdt"u8);
            WriteBoolean(json, "enabled"u8, intelRdt.Enabled);
            WriteBoolean(json, "schemata"u8, intelRdt.Schemata);
            WriteBoolean(json, "monitoring"u8, intelRdt.Monitoring);
            json.WriteEndObject();
        }
    }

    private static void WriteMemoryPolicy(Utf8JsonWriter json, MemoryPolicyFeatures? memoryPolicy)
    {
        if (memoryPolicy is not null)
        {
            json.WriteStartObject("memoryPolicy"u8);
            WriteStrings(json, "modes"u8, memoryPolicy.Modes);
            WriteStrings(json, "flags"u8, memoryPolicy.Flags);
            json.WriteEndObject();
        }
    }

    private static void WriteAnnotations(Utf8JsonWriter json, ImmutableArray<KeyValuePair<string, string>>? annotations)
    {
        if (annotations is not { } entries)
        {
            return;
        }

        json.WriteStartObject("annotations"u8);
        foreach ((string key, string value) in entries)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    // An object whose only member is "enabled".
    private static void WriteSwitch(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool? enabled)
    {
        if (enabled is not null)
        {
            json.WriteStartObject(name);
            WriteBoolean(json, "enabled"u8, enabled);
            json.WriteEndObject();
        }
    }

    private static void WriteBoolean(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } known)
        {
            json.WriteBoolean(name, known);
        }
    }

    private static void WriteStrings(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<string>? values)
    {
        if (values is { } known)
        {
            json.WriteStrings(name, known.AsSpan());
        }
    }
}
