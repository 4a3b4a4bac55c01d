// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec.Json;

// config-linux.md, "Block IO".
public static partial class SpecReader
{
    private static BlockIoSpec? ReadBlockIo(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        ushort? weight = null, leafWeight = null;
        ImmutableArray<WeightDeviceSpec> weightDevice = [];
        ImmutableArray<ThrottleDeviceSpec> throttleReadBpsDevice = [], throttleWriteBpsDevice = [];
        ImmutableArray<ThrottleDeviceSpec> throttleReadIopsDevice = [], throttleWriteIopsDevice = [];
        while (json.NextMember())
        {
            if (json.Named("weight"u8)) { weight = json.UInt16(); }
            else if (json.Named("leafWeight"u8)) { leafWeight = json.UInt16(); }
            else if (json.Named("weightDevice"u8)) { weightDevice = ReadWeightDevices(ref json); }
            else if (json.Named("throttleReadBpsDevice"u8)) { throttleReadBpsDevice = ReadThrottleDevices(ref json); }
            else if (json.Named("throttleWriteBpsDevice"u8)) { throttleWriteBpsDevice = ReadThrottleDevices(ref json); }
            else if (json.Named("throttleReadIOPSDevice"u8)) { throttleReadIopsDevice = ReadThrottleDevices(ref json); }
            else if (json.Named("throttleWriteIOPSDevice"u8)) { throttleWriteIopsDevice = ReadThrottleDevices(ref json); }
            else { json.Skip(); }
        }

        return new BlockIoSpec
        {
            Weight = weight, LeafWeight = leafWeight, WeightDevice = weightDevice,
            ThrottleReadBpsDevice = throttleReadBpsDevice, ThrottleWriteBpsDevice = throttleWriteBpsDevice,
            ThrottleReadIopsDevice = throttleReadIopsDevice, ThrottleWriteIopsDevice = throttleWriteIopsDevice,
        };
    }

    private static ImmutableArray<WeightDeviceSpec> ReadWeightDevices(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<WeightDeviceSpec> devices = [];
        while (json.NextElement())
        {
            if (ReadWeightDevice(ref json) is { } element)
            {
                devices.Add(element);
            }
        }

        return JsonCursor.Freeze(devices);
    }

    private static WeightDeviceSpec? ReadWeightDevice(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        long? major = null, minor = null;
        ushort? weight = null, leafWeight = null;
        while (json.NextMember())
        {
            if (json.Named("major"u8)) { major = json.Int64(); }
            else if (json.Named("minor"u8)) { minor = json.Int64(); }
            else if (json.Named("weight"u8)) { weight = json.UInt16(); }
            else if (json.Named("leafWeight"u8)) { leafWeight = json.UInt16(); }
            else { json.Skip(); }
        }

        return new WeightDeviceSpec { Major = major, Minor = minor, Weight = weight, LeafWeight = leafWeight };
    }

    private static ImmutableArray<ThrottleDeviceSpec> ReadThrottleDevices(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<ThrottleDeviceSpec> devices = [];
        while (json.NextElement())
        {
            if (ReadThrottleDevice(ref json) is { } element)
            {
                devices.Add(element);
            }
        }

        return JsonCursor.Freeze(devices);
    }

    private static ThrottleDeviceSpec? ReadThrottleDevice(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        long? major = null, minor = null;
        ulong? rate = null;
        while (json.NextMember())
        {
            if (json.Named("major"u8)) { major = json.Int64(); }
            else if (json.Named("minor"u8)) { minor = json.Int64(); }
            else if (json.Named("rate"u8)) { rate = json.UInt64(); }
            else { json.Skip(); }
        }

        return new ThrottleDeviceSpec { Major = major, Minor = minor, Rate = rate };
    }
}
