// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.resources.cpu</c>. As with every peer 0 is "not set" for shares, quota, period and real time.</summary>
internal static class CpuCompiler
{
    private const string Path = "/linux/resources/cpu";

    // kernel/sched/core.c, min_cfs_quota_period and max_cfs_quota_period: 1 ms and 1 s.
    private const ulong MinimumPeriod = 1_000;
    private const ulong MaximumPeriod = 1_000_000;

    internal static void Compile(
        CpuSpec? cpu, CgroupLayout layout, CgroupFacts group, ImmutableArray<CgroupWrite>.Builder writes, List<SpecError> errors)
    {
        if (cpu is null)
        {
            return;
        }

        int before = errors.Count;
        CheckTimes(cpu, errors);
        CheckList(cpu.Cpus, "/cpus", errors);
        CheckList(cpu.Mems, "/mems", errors);
        CheckRealtime(cpu, layout, errors);
        CheckShares(cpu, layout, errors);
        if (errors.Count != before)
        {
            return;
        }

        CgroupWriter sets = new(writes, Path, "cpuset");
        WriteSet(sets, "cpuset.cpus", cpu.Cpus, "/cpus");
        WriteSet(sets, "cpuset.mems", cpu.Mems, "/mems");
        CgroupWriter writer = new(writes, Path, "cpu");
        if (layout == CgroupLayout.V1)
        {
            WriteV1(cpu, writer);
        }
        else
        {
            WriteV2(cpu, group, writer);
        }

        // Behind the weight, which an idle group refuses. kernel/sched/fair.c, sched_group_set_shares.
        if (cpu.Idle is { } idle)
        {
            writer.AddRelated("cpu.idle", CgroupWriter.Text(idle), "/idle");
        }
    }

    /// <summary>
    /// 2 to 262144 shares, 1024 by default, are a weight of 1 to 10000, 100 by default. runc since 1.3.2, crun since 1.23.
    /// </summary>
    internal static ulong WeightOf(ulong shares)
    {
        if (shares <= 2)
        {
            return 1;
        }

        if (shares >= 262_144)
        {
            return 10_000;
        }

        double log = Math.Log2(shares);
        double exponent = (((log * log) + (125 * log)) / 612.0) - (7.0 / 34.0);
        return (ulong)Math.Ceiling(Math.Pow(10, exponent));
    }

    private static void CheckTimes(CpuSpec cpu, List<SpecError> errors)
    {
        if (cpu.Period is { } period and not 0 and (< MinimumPeriod or > MaximumPeriod))
        {
            Refuse.Number(errors, Path + "/period", period, "is not within 1000 and 1000000 microseconds");
        }

        if (cpu.Quota is > 0 and < (long)MinimumPeriod)
        {
            Refuse.Number(errors, Path + "/quota", cpu.Quota.Value, "is below 1000 microseconds");
        }

        if (cpu is { Burst: { } burst, Quota: > 0 and { } quota } && burst > (ulong)quota)
        {
            Refuse.Number(errors, Path + "/burst", burst, "is above the quota");
        }

        if (cpu.Idle is not (null or 0 or 1))
        {
            Refuse.Number(errors, Path + "/idle", cpu.Idle.Value, "is neither 0 nor 1");
        }
    }

    // kernel/sched/sched.h, MIN_SHARES and MAX_SHARES: the kernel would take another number and not say so. Version 2's weight has a place for all.
    private static void CheckShares(CpuSpec cpu, CgroupLayout layout, List<SpecError> errors)
    {
        if (layout == CgroupLayout.V1 && cpu.Shares is { } shares and not 0 and (< 2 or > 262_144))
        {
            Refuse.Number(errors, Path + "/shares", shares, shares < 2 ? "is below the minimum allowed cpu-shares, 2" : "is above the maximum allowed cpu-shares, 262144");
        }
    }

    private static void CheckRealtime(CpuSpec cpu, CgroupLayout layout, List<SpecError> errors)
    {
        if (layout == CgroupLayout.V1)
        {
            return;
        }

        if (cpu.RealtimePeriod is not (null or 0))
        {
            Refuse.Rule(errors, Path + "/realtimePeriod", "can't be done with cgroup v2");
        }

        if (cpu.RealtimeRuntime is not (null or 0))
        {
            Refuse.Rule(errors, Path + "/realtimeRuntime", "can't be done with cgroup v2");
        }
    }

    private static void CheckList(string? list, string member, List<SpecError> errors)
    {
        if (!string.IsNullOrEmpty(list) && !CpuList.IsValid(list))
        {
            Refuse.Value(errors, Path + member, list, "is not a list such as 0-3,7");
        }
    }

    private static void WriteSet(CgroupWriter writer, string file, string? list, string member)
    {
        if (!string.IsNullOrEmpty(list))
        {
            writer.Add(file, list, member);
        }
    }

    private static void WriteV1(CpuSpec cpu, CgroupWriter writer)
    {
        if (cpu.Shares is { } shares and not 0)
        {
            writer.AddRelated("cpu.shares", CgroupWriter.Text(shares), "/shares");
        }

        if (cpu.Period is { } period and not 0)
        {
            writer.AddRelated("cpu.cfs_period_us", CgroupWriter.Text(period), "/period");
        }

        if (cpu.Quota is { } quota and not 0)
        {
            writer.AddRelated("cpu.cfs_quota_us", CgroupWriter.Text(quota < 0 ? -1 : quota), "/quota");
        }

        if (cpu.Burst is { } burst)
        {
            writer.AddRelated("cpu.cfs_burst_us", CgroupWriter.Text(burst), "/burst", isOptional: true);
        }

        if (cpu.RealtimePeriod is { } realtimePeriod and not 0)
        {
            writer.AddRelated("cpu.rt_period_us", CgroupWriter.Text(realtimePeriod), "/realtimePeriod");
        }

        if (cpu.RealtimeRuntime is { } realtimeRuntime and not 0)
        {
            writer.AddRelated("cpu.rt_runtime_us", CgroupWriter.Text(realtimeRuntime), "/realtimeRuntime");
        }
    }

    // cpu.max has both: what is not given stays as the group has it.
    private static void WriteV2(CpuSpec cpu, CgroupFacts group, CgroupWriter writer)
    {
        if (cpu.Shares is { } shares and not 0)
        {
            writer.AddRelated("cpu.weight", CgroupWriter.Text(WeightOf(shares)), "/shares");
        }

        long quota = cpu.Quota ?? 0;
        ulong period = cpu.Period ?? 0;
        if (quota != 0 || period != 0)
        {
            string part = quota == 0 ? group.CpuQuota : quota < 0 ? "max" : CgroupWriter.Text(quota);
            string whole = period == 0 ? group.CpuPeriod : CgroupWriter.Text(period);
            writer.AddRelated("cpu.max", string.Concat(part, " ", whole), quota != 0 ? "/quota" : "/period");
        }

        // Behind the quota, which bounds it.
        if (cpu.Burst is { } burst)
        {
            writer.AddRelated("cpu.max.burst", CgroupWriter.Text(burst), "/burst", isOptional: burst == 0);
        }
    }
}
