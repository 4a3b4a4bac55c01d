// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.resources</c> but for the devices: for create and for update. config-linux.md, "Control groups".</summary>
public static class ResourceCompiler
{
    private const string Path = "/linux/resources";

    /// <summary>What <c>update</c> writes: what is given, and nothing else. Device rules stay as they are.</summary>
    /// <param name="group">What the group has now.</param>
    /// <param name="errors">Gets every violation, by its place in config.json.</param>
    /// <returns>Nothing where there is any violation.</returns>
    public static ImmutableArray<CgroupWrite> CompileUpdate(
        ResourcesSpec resources, CgroupLayout layout, CgroupFacts group, List<string> warnings, List<SpecError> errors)
    {
        int before = errors.Count;
        ImmutableArray<CgroupWrite>.Builder writes = ImmutableArray.CreateBuilder<CgroupWrite>();
        ImmutableArray<string>.Builder warned = ImmutableArray.CreateBuilder<string>();
        Compile(resources, layout, group, writes, warned, errors);
        warnings.AddRange(warned);
        return errors.Count == before ? writes.DrainToImmutable() : [];
    }

    internal static void Compile(
        ResourcesSpec resources, CgroupLayout layout, CgroupFacts group, ImmutableArray<CgroupWrite>.Builder writes,
        ImmutableArray<string>.Builder warnings, List<SpecError> errors)
    {
        CpuCompiler.Compile(resources.Cpu, layout, group, writes, errors);
        MemoryCompiler.Compile(resources.Memory, layout, group, writes, warnings, errors);
        CompilePids(resources.Pids, writes);
        BlockIoCompiler.Compile(resources.BlockIo, layout, writes, errors);
        HugepageCompiler.Compile(resources.HugepageLimits, layout, writes, errors);
        CompileNetwork(resources.Network, layout, writes, warnings, errors);
        CompileRdma(resources.Rdma, writes, errors);
        UnifiedCompiler.Compile(resources.Unified, layout, writes, errors);
    }

    // runc writes 1 for 0, because systemd's TasksMax knows no 0: the first process is there either way, and can't fork.
    private static void CompilePids(PidsSpec? pids, ImmutableArray<CgroupWrite>.Builder writes)
    {
        if (pids?.Limit is { } limit)
        {
            string value = limit < 0 ? "max" : limit == 0 ? "1" : CgroupWriter.Text(limit);
            new CgroupWriter(writes, Path + "/pids", "pids").Add("pids.max", value, "/limit");
        }
    }

    private static void CompileNetwork(
        NetworkSpec? network, CgroupLayout layout, ImmutableArray<CgroupWrite>.Builder writes, ImmutableArray<string>.Builder warnings, List<SpecError> errors)
    {
        if (network is null || (network.ClassId is null or 0 && network.Priorities.IsEmpty))
        {
            return;
        }

        if (layout == CgroupLayout.V2)
        {
            // As runc: BPF programs took the place of both controllers.
            warnings.Add("ignoring linux.resources.network: cgroup v2 has no such controllers");
            return;
        }

        if (network.ClassId is { } classId and not 0)
        {
            new CgroupWriter(writes, Path + "/network", "net_cls").Add("net_cls.classid", classId, "/classID");
        }

        CgroupWriter writer = new(writes, Path + "/network", "net_prio");
        for (int i = 0; i < network.Priorities.Length; i++)
        {
            string member = Refuse.At("/priorities", i);
            InterfacePrioritySpec priority = network.Priorities[i];
            if (CheckWord(priority.Name, Path + "/network" + member + "/name", errors))
            {
                writer.Add("net_prio.ifpriomap", $"{priority.Name} {priority.Priority ?? 0}", member);
            }
        }
    }

    // include/linux/cgroup_rdma.h: a device that neither is limited for is left alone.
    private static void CompileRdma(
        ImmutableArray<KeyValuePair<string, RdmaSpec>> devices, ImmutableArray<CgroupWrite>.Builder writes, List<SpecError> errors)
    {
        CgroupWriter writer = new(writes, "", "rdma");
        foreach ((string device, RdmaSpec limits) in devices)
        {
            string member = Refuse.Member(Path + "/rdma", device);
            if (CheckWord(device, member, errors) && (limits.HcaHandles ?? limits.HcaObjects) is not null)
            {
                string handles = limits.HcaHandles is { } handle ? $" hca_handle={handle}" : "";
                string objects = limits.HcaObjects is { } hcaObject ? $" hca_object={hcaObject}" : "";
                writer.Add("rdma.max", $"{device}{handles}{objects}", member);
            }
        }
    }

    // The kernel splits the line at spaces.
    private static bool CheckWord(string? word, string path, List<SpecError> errors)
    {
        if (string.IsNullOrEmpty(word))
        {
            Refuse.Missing(errors, path);
            return false;
        }

        if (word.AsSpan().ContainsAny(" \t\n\0"))
        {
            Refuse.Value(errors, path, word, "is not one word");
            return false;
        }

        return true;
    }
}
