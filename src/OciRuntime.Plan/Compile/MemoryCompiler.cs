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
        MemorySpec? memory, CgroupLayout layout, ImmutableArray<CgroupWrite>.Builder writes,
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
            CheckSwap(limit, swap, layout, errors);
        }

        if (memory.Kernel is not (null or 0) || memory.KernelTcp is not (null or 0))
        {
            warnings.Add("ignoring limits of kernel memory: Linux has none any more");
        }

        CgroupWriter writer = new(writes, Path, "memory");
        if (layout == CgroupLayout.V1)
        {
            WriteV1(limit, swap, reservation, writer);
            WriteSwitchesV1(memory, writer, errors);
        }
        else
        {
            WriteV2(limit, swap, reservation, writer);
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

    private static void CheckSwap(long limit, long swap, CgroupLayout layout, List<SpecError> errors)
    {
        if (swap is 0 or Unlimited)
        {
            return;
        }

        if (limit == 0)
        {
            Refuse.Number(errors, Path + "/swap", swap, "needs a memory limit");
        }
        else if (limit == Unlimited ? layout == CgroupLayout.V1 : swap < limit)
        {
            Refuse.Number(errors, Path + "/swap", swap, "is memory and swap together, and below the memory limit");
        }
    }

    private static void WriteSwitchesV1(MemorySpec memory, CgroupWriter writer, List<SpecError> errors)
    {
        if (memory.DisableOomKiller is true)
        {
            writer.Add("memory.oom_control", "1", "/disableOOMKiller");
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
            writer.Add("memory.limit_in_bytes", limit, "/limit");
        }

        // Without swap accounting there is no such file, and no limit either.
        if (swap != 0)
        {
            writer.Add("memory.memsw.limit_in_bytes", swap, "/swap", isOptional: swap == Unlimited);
        }
        else if (limit == Unlimited)
        {
            writer.Add("memory.memsw.limit_in_bytes", Unlimited, "/limit", isOptional: true);
        }

        if (reservation != 0)
        {
            writer.Add("memory.soft_limit_in_bytes", reservation, "/reservation");
        }
    }

    private static void WriteV2(long limit, long swap, long reservation, CgroupWriter writer)
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
            long only = limit == Unlimited ? swap : swap - limit;
            writer.Add("memory.swap.max", only, "/swap", isOptional: only == 0);
        }

        if (reservation != 0)
        {
            writer.Add("memory.low", Text(reservation), "/reservation");
        }
    }

    private static string Text(long amount) =>
        amount == Unlimited ? "max" : amount.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
