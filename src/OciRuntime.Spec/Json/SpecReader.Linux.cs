// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec.Json;

// config-linux.md, without control groups and seccomp.
public static partial class SpecReader
{
    private static LinuxSpec? ReadLinux(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        // As in ReadProcess.
        LinuxSpec rare = new();
        ImmutableArray<NamespaceSpec> namespaces = [];
        ImmutableArray<string> maskedPaths = [], readonlyPaths = [];
        ResourcesSpec? resources = null;
        SeccompSpec? seccomp = null;
        string? cgroupsPath = null;
        while (json.NextMember())
        {
            if (json.Named("namespaces"u8)) { namespaces = ReadNamespaces(ref json); }
            else if (json.Named("maskedPaths"u8)) { maskedPaths = json.Strings() ?? []; }
            else if (json.Named("readonlyPaths"u8)) { readonlyPaths = json.Strings() ?? []; }
            else if (json.Named("resources"u8)) { resources = ReadResources(ref json); }
            else if (json.Named("seccomp"u8)) { seccomp = ReadSeccomp(ref json); }
            else if (json.Named("cgroupsPath"u8)) { cgroupsPath = json.String(); }
            else { rare = ReadRareOfLinux(ref json, rare); }
        }

        return rare with
        {
            Namespaces = namespaces, MaskedPaths = maskedPaths, ReadonlyPaths = readonlyPaths,
            Resources = resources, Seccomp = seccomp, CgroupsPath = cgroupsPath,
        };
    }

    private static LinuxSpec ReadRareOfLinux(ref JsonCursor json, LinuxSpec linux)
    {
        if (json.Named("uidMappings"u8)) { return linux with { UidMappings = ReadIdMappings(ref json) }; }
        if (json.Named("gidMappings"u8)) { return linux with { GidMappings = ReadIdMappings(ref json) }; }
        if (json.Named("timeOffsets"u8)) { return linux with { TimeOffsets = ReadTimeOffsets(ref json) }; }
        if (json.Named("devices"u8)) { return linux with { Devices = ReadDevices(ref json) }; }
        if (json.Named("netDevices"u8)) { return linux with { NetDevices = ReadNetDevices(ref json) }; }
        if (json.Named("intelRdt"u8)) { return linux with { IntelRdt = ReadIntelRdt(ref json) }; }
        if (json.Named("memoryPolicy"u8)) { return linux with { MemoryPolicy = ReadMemoryPolicy(ref json) }; }
        if (json.Named("sysctl"u8)) { return linux with { Sysctl = json.StringMap() }; }
        if (json.Named("rootfsPropagation"u8)) { return linux with { RootfsPropagation = json.String() }; }
        if (json.Named("mountLabel"u8)) { return linux with { MountLabel = json.String() }; }
        if (json.Named("personality"u8)) { return linux with { Personality = ReadPersonality(ref json) }; }

        json.Skip();
        return linux;
    }

    private static ImmutableArray<NamespaceSpec> ReadNamespaces(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<NamespaceSpec> namespaces = [];
        while (json.NextElement())
        {
            if (ReadNamespace(ref json) is { } element)
            {
                namespaces.Add(element);
            }
        }

        return JsonCursor.Freeze(namespaces);
    }

    private static NamespaceSpec? ReadNamespace(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? type = null, path = null;
        while (json.NextMember())
        {
            if (json.Named("type"u8)) { type = json.String(); }
            else if (json.Named("path"u8)) { path = json.String(); }
            else { json.Skip(); }
        }

        return new NamespaceSpec { Type = type, Path = path };
    }

    private static ImmutableArray<KeyValuePair<string, TimeOffsetSpec>> ReadTimeOffsets(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return [];
        }

        var clocks = new MapBuilder<TimeOffsetSpec>();
        while (json.NextMember())
        {
            clocks.Set(json.Key(), ReadTimeOffset(ref json));
        }

        return clocks.Freeze();
    }

    private static TimeOffsetSpec? ReadTimeOffset(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        long secs = 0;
        uint nanosecs = 0;
        while (json.NextMember())
        {
            if (json.Named("secs"u8)) { secs = json.Int64() ?? 0; }
            else if (json.Named("nanosecs"u8)) { nanosecs = json.UInt32() ?? 0; }
            else { json.Skip(); }
        }

        return new TimeOffsetSpec { Secs = secs, Nanosecs = nanosecs };
    }

    private static ImmutableArray<DeviceSpec> ReadDevices(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<DeviceSpec> devices = [];
        while (json.NextElement())
        {
            if (ReadDevice(ref json) is { } element)
            {
                devices.Add(element);
            }
        }

        return JsonCursor.Freeze(devices);
    }

    private static DeviceSpec? ReadDevice(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? type = null, path = null;
        long? major = null, minor = null;
        uint? fileMode = null, uid = null, gid = null;
        while (json.NextMember())
        {
            if (json.Named("type"u8)) { type = json.String(); }
            else if (json.Named("path"u8)) { path = json.String(); }
            else if (json.Named("major"u8)) { major = json.Int64(); }
            else if (json.Named("minor"u8)) { minor = json.Int64(); }
            else if (json.Named("fileMode"u8)) { fileMode = json.UInt32(); }
            else if (json.Named("uid"u8)) { uid = json.UInt32(); }
            else if (json.Named("gid"u8)) { gid = json.UInt32(); }
            else { json.Skip(); }
        }

        return new DeviceSpec
        {
            Type = type, Path = path, Major = major, Minor = minor, FileMode = fileMode, Uid = uid, Gid = gid,
        };
    }

    private static ImmutableArray<KeyValuePair<string, NetDeviceSpec>> ReadNetDevices(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return [];
        }

        var devices = new MapBuilder<NetDeviceSpec>();
        while (json.NextMember())
        {
            devices.Set(json.Key(), ReadNetDevice(ref json));
        }

        return devices.Freeze();
    }

    private static NetDeviceSpec? ReadNetDevice(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? name = null;
        while (json.NextMember())
        {
            if (json.Named("name"u8)) { name = json.String(); }
            else { json.Skip(); }
        }

        return new NetDeviceSpec { Name = name };
    }

    private static IntelRdtSpec? ReadIntelRdt(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? closId = null, l3CacheSchema = null, memBwSchema = null;
        ImmutableArray<string> schemata = [];
        bool enableMonitoring = false;
        while (json.NextMember())
        {
            if (json.Named("closID"u8)) { closId = json.String(); }
            else if (json.Named("schemata"u8)) { schemata = json.Strings() ?? []; }
            else if (json.Named("l3CacheSchema"u8)) { l3CacheSchema = json.String(); }
            else if (json.Named("memBwSchema"u8)) { memBwSchema = json.String(); }
            else if (json.Named("enableMonitoring"u8)) { enableMonitoring = json.Boolean() ?? false; }
            else { json.Skip(); }
        }

        return new IntelRdtSpec
        {
            ClosId = closId, Schemata = schemata, L3CacheSchema = l3CacheSchema, MemBwSchema = memBwSchema,
            EnableMonitoring = enableMonitoring,
        };
    }

    private static MemoryPolicySpec? ReadMemoryPolicy(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? mode = null, nodes = null;
        ImmutableArray<string> flags = [];
        while (json.NextMember())
        {
            if (json.Named("mode"u8)) { mode = json.String(); }
            else if (json.Named("nodes"u8)) { nodes = json.String(); }
            else if (json.Named("flags"u8)) { flags = json.Strings() ?? []; }
            else { json.Skip(); }
        }

        return new MemoryPolicySpec { Mode = mode, Nodes = nodes, Flags = flags };
    }

    private static PersonalitySpec? ReadPersonality(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? domain = null;
        ImmutableArray<string> flags = [];
        while (json.NextMember())
        {
            if (json.Named("domain"u8)) { domain = json.String(); }
            else if (json.Named("flags"u8)) { flags = json.Strings() ?? []; }
            else { json.Skip(); }
        }

        return new PersonalitySpec { Domain = domain, Flags = flags };
    }
}
