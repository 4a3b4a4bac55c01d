// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec.Json;

// config.md, "Mounts"; config-linux.md, "User namespace mappings".
public static partial class SpecReader
{
    private static ImmutableArray<MountSpec> ReadMounts(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<MountSpec> mounts = [];
        while (json.NextElement())
        {
            if (ReadMount(ref json) is { } element)
            {
                mounts.Add(element);
            }
        }

        return JsonCursor.Freeze(mounts);
    }

    private static MountSpec? ReadMount(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? destination = null, type = null, source = null;
        ImmutableArray<string> options = [];
        ImmutableArray<IdMappingSpec> uidMappings = [], gidMappings = [];
        while (json.NextMember())
        {
            if (json.Named("destination"u8)) { destination = json.String(); }
            else if (json.Named("type"u8)) { type = json.String(); }
            else if (json.Named("source"u8)) { source = json.String(); }
            else if (json.Named("options"u8)) { options = json.Strings() ?? []; }
            else if (json.Named("uidMappings"u8)) { uidMappings = ReadIdMappings(ref json); }
            else if (json.Named("gidMappings"u8)) { gidMappings = ReadIdMappings(ref json); }
            else { json.Skip(); }
        }

        return new MountSpec
        {
            Destination = destination, Type = type, Source = source, Options = options, UidMappings = uidMappings,
            GidMappings = gidMappings,
        };
    }

    private static ImmutableArray<IdMappingSpec> ReadIdMappings(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<IdMappingSpec> mappings = [];
        while (json.NextElement())
        {
            if (ReadIdMapping(ref json) is { } element)
            {
                mappings.Add(element);
            }
        }

        return JsonCursor.Freeze(mappings);
    }

    private static IdMappingSpec? ReadIdMapping(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        uint? containerId = null, hostId = null, size = null;
        while (json.NextMember())
        {
            if (json.Named("containerID"u8)) { containerId = json.UInt32(); }
            else if (json.Named("hostID"u8)) { hostId = json.UInt32(); }
            else if (json.Named("size"u8)) { size = json.UInt32(); }
            else { json.Skip(); }
        }

        return new IdMappingSpec { ContainerId = containerId, HostId = hostId, Size = size };
    }
}
