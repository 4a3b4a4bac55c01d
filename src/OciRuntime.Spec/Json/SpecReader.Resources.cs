// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec.Json;

// config-linux.md, "Control groups".
public static partial class SpecReader
{
    private static ResourcesSpec? ReadResources(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        ImmutableArray<DeviceRuleSpec> devices = [];
        MemorySpec? memory = null;
        CpuSpec? cpu = null;
        PidsSpec? pids = null;
        BlockIoSpec? blockIo = null;
        ImmutableArray<HugepageLimitSpec> hugepageLimits = [];
        NetworkSpec? network = null;
        ImmutableArray<KeyValuePair<string, RdmaSpec>> rdma = [];
        ImmutableArray<KeyValuePair<string, string>> unified = [];
        while (json.NextMember())
        {
            if (json.Named("devices"u8)) { devices = ReadDeviceRules(ref json); }
            else if (json.Named("memory"u8)) { memory = ReadMemory(ref json); }
            else if (json.Named("cpu"u8)) { cpu = ReadCpu(ref json); }
            else if (json.Named("pids"u8)) { pids = ReadPids(ref json); }
            else if (json.Named("blockIO"u8)) { blockIo = ReadBlockIo(ref json); }
            else if (json.Named("hugepageLimits"u8)) { hugepageLimits = ReadHugepageLimits(ref json); }
            else if (json.Named("network"u8)) { network = ReadNetwork(ref json); }
            else if (json.Named("rdma"u8)) { rdma = ReadRdmaDevices(ref json); }
            else if (json.Named("unified"u8)) { unified = json.StringMap(); }
            else { json.Skip(); }
        }

        return new ResourcesSpec
        {
            Devices = devices, Memory = memory, Cpu = cpu, Pids = pids, BlockIo = blockIo, HugepageLimits = hugepageLimits,
            Network = network, Rdma = rdma, Unified = unified,
        };
    }

    private static ImmutableArray<DeviceRuleSpec> ReadDeviceRules(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<DeviceRuleSpec> rules = [];
        while (json.NextElement())
        {
            if (ReadDeviceRule(ref json) is { } element)
            {
                rules.Add(element);
            }
        }

        return JsonCursor.Freeze(rules);
    }

    private static DeviceRuleSpec? ReadDeviceRule(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        bool? allow = null;
        string? type = null, access = null;
        long? major = null, minor = null;
        while (json.NextMember())
        {
            if (json.Named("allow"u8)) { allow = json.Boolean(); }
            else if (json.Named("type"u8)) { type = json.String(); }
            else if (json.Named("major"u8)) { major = json.Int64(); }
            else if (json.Named("minor"u8)) { minor = json.Int64(); }
            else if (json.Named("access"u8)) { access = json.String(); }
            else { json.Skip(); }
        }

        return new DeviceRuleSpec { Allow = allow, Type = type, Major = major, Minor = minor, Access = access };
    }

    private static MemorySpec? ReadMemory(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        long? limit = null, reservation = null, swap = null, kernel = null, kernelTcp = null;
        ulong? swappiness = null;
        bool? disableOomKiller = null, useHierarchy = null, checkBeforeUpdate = null;
        while (json.NextMember())
        {
            if (json.Named("limit"u8)) { limit = json.Int64(); }
            else if (json.Named("reservation"u8)) { reservation = json.Int64(); }
            else if (json.Named("swap"u8)) { swap = json.Int64(); }
            else if (json.Named("kernel"u8)) { kernel = json.Int64(); }
            else if (json.Named("kernelTCP"u8)) { kernelTcp = json.Int64(); }
            else if (json.Named("swappiness"u8)) { swappiness = json.UInt64(); }
            else if (json.Named("disableOOMKiller"u8)) { disableOomKiller = json.Boolean(); }
            else if (json.Named("useHierarchy"u8)) { useHierarchy = json.Boolean(); }
            else if (json.Named("checkBeforeUpdate"u8)) { checkBeforeUpdate = json.Boolean(); }
            else { json.Skip(); }
        }

        return new MemorySpec
        {
            Limit = limit, Reservation = reservation, Swap = swap, Kernel = kernel, KernelTcp = kernelTcp,
            Swappiness = swappiness, DisableOomKiller = disableOomKiller, UseHierarchy = useHierarchy,
            CheckBeforeUpdate = checkBeforeUpdate,
        };
    }

    private static CpuSpec? ReadCpu(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        ulong? shares = null, burst = null, period = null, realtimePeriod = null;
        long? quota = null, realtimeRuntime = null, idle = null;
        string? cpus = null, mems = null;
        while (json.NextMember())
        {
            if (json.Named("shares"u8)) { shares = json.UInt64(); }
            else if (json.Named("quota"u8)) { quota = json.Int64(); }
            else if (json.Named("burst"u8)) { burst = json.UInt64(); }
            else if (json.Named("period"u8)) { period = json.UInt64(); }
            else if (json.Named("realtimeRuntime"u8)) { realtimeRuntime = json.Int64(); }
            else if (json.Named("realtimePeriod"u8)) { realtimePeriod = json.UInt64(); }
            else if (json.Named("cpus"u8)) { cpus = json.String(); }
            else if (json.Named("mems"u8)) { mems = json.String(); }
            else if (json.Named("idle"u8)) { idle = json.Int64(); }
            else { json.Skip(); }
        }

        return new CpuSpec
        {
            Shares = shares, Quota = quota, Burst = burst, Period = period, RealtimeRuntime = realtimeRuntime,
            RealtimePeriod = realtimePeriod, Cpus = cpus, Mems = mems, Idle = idle,
        };
    }

    private static PidsSpec? ReadPids(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        long? limit = null;
        while (json.NextMember())
        {
            if (json.Named("limit"u8)) { limit = json.Int64(); }
            else { json.Skip(); }
        }

        return new PidsSpec { Limit = limit };
    }

    private static ImmutableArray<HugepageLimitSpec> ReadHugepageLimits(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<HugepageLimitSpec> limits = [];
        while (json.NextElement())
        {
            if (ReadHugepageLimit(ref json) is { } element)
            {
                limits.Add(element);
            }
        }

        return JsonCursor.Freeze(limits);
    }

    private static HugepageLimitSpec? ReadHugepageLimit(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? pageSize = null;
        ulong? limit = null;
        while (json.NextMember())
        {
            if (json.Named("pageSize"u8)) { pageSize = json.String(); }
            else if (json.Named("limit"u8)) { limit = json.UInt64(); }
            else { json.Skip(); }
        }

        return new HugepageLimitSpec { PageSize = pageSize, Limit = limit };
    }

    private static NetworkSpec? ReadNetwork(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        uint? classId = null;
        ImmutableArray<InterfacePrioritySpec> priorities = [];
        while (json.NextMember())
        {
            if (json.Named("classID"u8)) { classId = json.UInt32(); }
            else if (json.Named("priorities"u8)) { priorities = ReadPriorities(ref json); }
            else { json.Skip(); }
        }

        return new NetworkSpec { ClassId = classId, Priorities = priorities };
    }

    private static ImmutableArray<InterfacePrioritySpec> ReadPriorities(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<InterfacePrioritySpec> priorities = [];
        while (json.NextElement())
        {
            if (ReadPriority(ref json) is { } element)
            {
                priorities.Add(element);
            }
        }

        return JsonCursor.Freeze(priorities);
    }

    private static InterfacePrioritySpec? ReadPriority(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? name = null;
        uint? priority = null;
        while (json.NextMember())
        {
            if (json.Named("name"u8)) { name = json.String(); }
            else if (json.Named("priority"u8)) { priority = json.UInt32(); }
            else { json.Skip(); }
        }

        return new InterfacePrioritySpec { Name = name, Priority = priority };
    }

    private static ImmutableArray<KeyValuePair<string, RdmaSpec>> ReadRdmaDevices(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return [];
        }

        var devices = new MapBuilder<RdmaSpec>();
        while (json.NextMember())
        {
            devices.Set(json.Key(), ReadRdma(ref json));
        }

        return devices.Freeze();
    }

    private static RdmaSpec? ReadRdma(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        uint? hcaHandles = null, hcaObjects = null;
        while (json.NextMember())
        {
            if (json.Named("hcaHandles"u8)) { hcaHandles = json.UInt32(); }
            else if (json.Named("hcaObjects"u8)) { hcaObjects = json.UInt32(); }
            else { json.Skip(); }
        }

        return new RdmaSpec { HcaHandles = hcaHandles, HcaObjects = hcaObjects };
    }
}
