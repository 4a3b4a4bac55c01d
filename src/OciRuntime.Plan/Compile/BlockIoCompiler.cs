// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.resources.blockIO</c>. A weight of 0 is "not set", as with every peer.</summary>
internal static class BlockIoCompiler
{
    private const string Path = "/linux/resources/blockIO";

    internal static void Compile(BlockIoSpec? io, CgroupLayout layout, ImmutableArray<CgroupWrite>.Builder writes, List<SpecError> errors)
    {
        if (io is null)
        {
            return;
        }

        int before = errors.Count;
        CheckWeight(io.Weight, Path + "/weight", errors);
        CheckWeight(io.LeafWeight, Path + "/leafWeight", errors);
        CheckWeights(io.WeightDevice, errors);
        CheckRates(io.ThrottleReadBpsDevice, "/throttleReadBpsDevice", errors);
        CheckRates(io.ThrottleWriteBpsDevice, "/throttleWriteBpsDevice", errors);
        CheckRates(io.ThrottleReadIopsDevice, "/throttleReadIOPSDevice", errors);
        CheckRates(io.ThrottleWriteIopsDevice, "/throttleWriteIOPSDevice", errors);
        if (layout == CgroupLayout.V2)
        {
            CheckLeaves(io, errors);
        }

        if (errors.Count != before)
        {
            return;
        }

        if (layout == CgroupLayout.V1)
        {
            WriteV1(io, new CgroupWriter(writes, Path, "blkio"));
        }
        else
        {
            WriteV2(io, new CgroupWriter(writes, Path, "io"));
        }
    }

    /// <summary>blkio's 10 to 1000 on the line of io.weight's 1 to 10000, as with every peer.</summary>
    internal static ulong IoWeightOf(ushort weight) => 1 + ((weight - 10UL) * 9999 / 990);

    private static void CheckWeight(ushort? weight, string path, List<SpecError> errors)
    {
        if (weight is { } given and not 0 and (< 10 or > 1000))
        {
            Refuse.Number(errors, path, (ulong)given, "is not within 10 and 1000");
        }
    }

    private static void CheckWeights(ImmutableArray<WeightDeviceSpec> devices, List<SpecError> errors)
    {
        for (int i = 0; i < devices.Length; i++)
        {
            string path = Refuse.At(Path + "/weightDevice", i);
            CheckDevice(devices[i].Major, devices[i].Minor, path, errors);
            CheckWeight(devices[i].Weight, path + "/weight", errors);
            CheckWeight(devices[i].LeafWeight, path + "/leafWeight", errors);
        }
    }

    private static void CheckRates(ImmutableArray<ThrottleDeviceSpec> devices, string member, List<SpecError> errors)
    {
        for (int i = 0; i < devices.Length; i++)
        {
            string path = Refuse.At(Path + member, i);
            CheckDevice(devices[i].Major, devices[i].Minor, path, errors);
            if (devices[i].Rate is null)
            {
                Refuse.Missing(errors, path + "/rate");
            }
        }
    }

    private static void CheckDevice(long? major, long? minor, string path, List<SpecError> errors)
    {
        CheckNumber(major, path + "/major", errors);
        CheckNumber(minor, path + "/minor", errors);
    }

    private static void CheckNumber(long? number, string path, List<SpecError> errors)
    {
        if (number is null)
        {
            Refuse.Missing(errors, path);
        }
        else if (number < 0)
        {
            Refuse.Number(errors, path, number.Value, "is not a device number");
        }
    }

    private static void CheckLeaves(BlockIoSpec io, List<SpecError> errors)
    {
        const string Rule = "can't be done with cgroup v2";
        if (io.LeafWeight is not (null or 0))
        {
            Refuse.Rule(errors, Path + "/leafWeight", Rule);
        }

        for (int i = 0; i < io.WeightDevice.Length; i++)
        {
            if (io.WeightDevice[i].LeafWeight is not (null or 0))
            {
                Refuse.Rule(errors, Refuse.At(Path + "/weightDevice", i) + "/leafWeight", Rule);
            }
        }
    }

    // The scheduler CFQ had blkio.weight and the leaves; BFQ has its own file, and came after it.
    private static void WriteV1(BlockIoSpec io, CgroupWriter writer)
    {
        if (io.Weight is { } weight and not 0)
        {
            writer.AddEither("blkio.weight", $"{weight}", "blkio.bfq.weight", $"{weight}", "/weight");
        }

        if (io.LeafWeight is { } leaf and not 0)
        {
            writer.Add("blkio.leaf_weight", leaf, "/leafWeight");
        }

        for (int i = 0; i < io.WeightDevice.Length; i++)
        {
            WeightDeviceSpec device = io.WeightDevice[i];
            string member = Refuse.At("/weightDevice", i);
            if (device.Weight is { } own and not 0)
            {
                string value = $"{device.Major}:{device.Minor} {own}";
                writer.AddEither("blkio.weight_device", value, "blkio.bfq.weight_device", value, member + "/weight");
            }

            if (device.LeafWeight is { } leafWeight and not 0)
            {
                writer.Add("blkio.leaf_weight_device", $"{device.Major}:{device.Minor} {leafWeight}", member + "/leafWeight");
            }
        }

        WriteRates(writer, "blkio.throttle.read_bps_device", "", io.ThrottleReadBpsDevice, "/throttleReadBpsDevice");
        WriteRates(writer, "blkio.throttle.write_bps_device", "", io.ThrottleWriteBpsDevice, "/throttleWriteBpsDevice");
        WriteRates(writer, "blkio.throttle.read_iops_device", "", io.ThrottleReadIopsDevice, "/throttleReadIOPSDevice");
        WriteRates(writer, "blkio.throttle.write_iops_device", "", io.ThrottleWriteIopsDevice, "/throttleWriteIOPSDevice");
    }

    private static void WriteV2(BlockIoSpec io, CgroupWriter writer)
    {
        if (io.Weight is { } weight and not 0)
        {
            writer.AddEither("io.bfq.weight", $"{weight}", "io.weight", $"{IoWeightOf(weight)}", "/weight");
        }

        for (int i = 0; i < io.WeightDevice.Length; i++)
        {
            WeightDeviceSpec device = io.WeightDevice[i];
            if (device.Weight is { } own and not 0)
            {
                string number = $"{device.Major}:{device.Minor}";
                writer.AddEither(
                    "io.bfq.weight", $"{number} {own}", "io.weight", $"{number} {IoWeightOf(own)}", Refuse.At("/weightDevice", i) + "/weight");
            }
        }

        WriteRates(writer, "io.max", "rbps=", io.ThrottleReadBpsDevice, "/throttleReadBpsDevice");
        WriteRates(writer, "io.max", "wbps=", io.ThrottleWriteBpsDevice, "/throttleWriteBpsDevice");
        WriteRates(writer, "io.max", "riops=", io.ThrottleReadIopsDevice, "/throttleReadIOPSDevice");
        WriteRates(writer, "io.max", "wiops=", io.ThrottleWriteIopsDevice, "/throttleWriteIOPSDevice");
    }

    // A rate of 0 takes the limit away; version 2 has a word for that.
    private static void WriteRates(CgroupWriter writer, string file, string key, ImmutableArray<ThrottleDeviceSpec> devices, string member)
    {
        for (int i = 0; i < devices.Length; i++)
        {
            ThrottleDeviceSpec device = devices[i];
            string rate = device.Rate == 0 && key.Length > 0 ? "max" : $"{device.Rate}";
            writer.Add(file, $"{device.Major}:{device.Minor} {key}{rate}", Refuse.At(member, i));
        }
    }
}
