// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.resources.memory</c>. In the document swap is memory and swap together; 0 is "not set", as with every peer.</summary>
internal static class MemoryCompiler
{
    private const string Path = "/linux/resources/memory";
    private const long Unlimited = -1;

    internal static void Compile(
        MemorySpec? memory, CgroupLayout layout, CgroupFacts group, ImmutableArray<CgroupWrite>.Builder writes,
        ImmutableArray<string>.Builder warnings, List<SpecError> errors)
    {
        if (memory is null)
        {
            return;
        }

        int before = errors.Count;
        long limit = CompileAmount(memory.Limit, Path + "/limit", errors);
        long swap = CompileAmount(memory.Swap, Path + "/swap", errors);
        long reservation = CompileAmount(memory.Reservation, Path + "/reservation", errors);
        if (errors.Count == before)
        {
            CheckSwap(limit, swap, layout, group, errors);
            CheckUsage(memory, limit, swap, layout, group, errors);
        }

        if (memory.Kernel is not (null or 0) || memory.KernelTcp is not (null or 0))
        {
            warnings.Add("ignoring limits of kernel memory: Linux has none any more");
        }

        CgroupWriter writer = new(writes, Path, "memory");
        if (layout == CgroupLayout.V1)
        {
            WriteV1(limit, swap, reservation, writer);
            WriteSwitchesV1(memory, group, writer, errors);
        }
        else
        {
            WriteV2(limit, swap, reservation, group, writer);
            CheckSwitchesV2(memory, errors);
        }
    }

    private static long CompileAmount(long? amount, string path, List<SpecError> errors)
    {
        if (amount is < Unlimited)
        {
            Refuse.Number(errors, path, amount.Value, "is neither an amount nor -1");
            return 0;
        }

        return amount ?? 0;
    }

    private static void CheckSwap(long limit, long swap, CgroupLayout layout, CgroupFacts group, List<SpecError> errors)
    {
        if (swap is 0 or Unlimited)
        {
            return;
        }

        if (limit == 0 && group.IsNew)
        {
            Refuse.Number(errors, Path + "/swap", swap, "needs a memory limit");
            return;
        }

        // On version 1 the kernel compares it itself with the limit that the group has.
        if (limit == 0 && layout == CgroupLayout.V1)
        {
            return;
        }

        long memory = limit == 0 ? group.MemoryLimit : limit;
        if (memory == Unlimited ? layout == CgroupLayout.V1 : swap < memory)
        {
            Refuse.Number(errors, Path + "/swap", swap, "is memory and swap together, and below the memory limit");
        }
    }

    // config-linux.md, "memory": on version 1 the kernel refuses a limit below the usage; on version 2 it kills, unless that is checked before.
    private static void CheckUsage(MemorySpec memory, long limit, long swap, CgroupLayout layout, CgroupFacts group, List<SpecError> errors)
    {
        if (memory.CheckBeforeUpdate is not true || layout == CgroupLayout.V1 || group.IsNew)
        {
            return;
        }

        if (swap > 0 && swap <= group.MemoryUsage)
        {
            Refuse.Rule(errors, Path + "/swap", $"rejecting memory+swap limit {swap} <= usage {group.MemoryUsage}");
        }
        else if (limit > 0 && limit <= group.MemoryUsage)
        {
            Refuse.Rule(errors, Path + "/limit", $"rejecting memory limit {limit} <= usage {group.MemoryUsage}");
        }
    }

    private static void WriteSwitchesV1(MemorySpec memory, CgroupFacts group, CgroupWriter writer, List<SpecError> errors)
    {
        if (memory.DisableOomKiller is true || (memory.DisableOomKiller is false && !group.IsNew))
        {
            writer.Add("memory.oom_control", memory.DisableOomKiller is true ? "1" : "0", "/disableOOMKiller");
        }

        if (memory.Swappiness is > 100)
        {
            Refuse.Number(errors, Path + "/swappiness", memory.Swappiness.Value, "is above 100");
        }
        else if (memory.Swappiness is { } swappiness)
        {
            writer.Add("memory.swappiness", swappiness, "/swappiness");
        }
    }

    private static void CheckSwitchesV2(MemorySpec memory, List<SpecError> errors)
    {
        if (memory.DisableOomKiller is true)
        {
            Refuse.Rule(errors, Path + "/disableOOMKiller", "can't be done with cgroup v2");
        }

        if (memory.Swappiness is not null)
        {
            Refuse.Rule(errors, Path + "/swappiness", "can't be done with cgroup v2");
        }
    }

    private static void WriteV1(long limit, long swap, long reservation, CgroupWriter writer)
    {
        if (limit != 0)
        {
            writer.AddRelated("memory.limit_in_bytes", CgroupWriter.Text(limit), "/limit");
        }

        // Without swap accounting there is no such file, and no limit either.
        if (swap != 0)
        {
            writer.AddRelated("memory.memsw.limit_in_bytes", CgroupWriter.Text(swap), "/swap", isOptional: swap == Unlimited);
        }
        else if (limit == Unlimited)
        {
            writer.AddRelated("memory.memsw.limit_in_bytes", CgroupWriter.Text(Unlimited), "/limit", isOptional: true);
        }

        if (reservation != 0)
        {
            writer.Add("memory.soft_limit_in_bytes", reservation, "/reservation");
        }
    }

    private static void WriteV2(long limit, long swap, long reservation, CgroupFacts group, CgroupWriter writer)
    {
        if (limit != 0)
        {
            writer.Add("memory.max", Text(limit), "/limit");
        }

        // Without swap there is no such file, and nothing to limit.
        if (swap == Unlimited || (swap == 0 && limit == Unlimited))
        {
            writer.Add("memory.swap.max", "max", swap == 0 ? "/limit" : "/swap", isOptional: true);
        }
        else if (swap != 0)
        {
            long memory = limit == 0 ? group.MemoryLimit : limit;
            long only = memory == Unlimited ? swap : swap - memory;
            writer.Add("memory.swap.max", only, "/swap", isOptional: only == 0);
        }

        if (reservation != 0)
        {
            writer.Add("memory.low", Text(reservation), "/reservation");
        }
    }

    private static string Text(long amount) => amount == Unlimited ? "max" : CgroupWriter.Text(amount);
}
