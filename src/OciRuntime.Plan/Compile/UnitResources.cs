// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;

namespace OciRuntime.Plan.Compile;

/// <summary>
/// What the writes of a plan say, again as properties of the unit: systemd writes the files that it has a property for whenever it likes,
/// at daemon-reload for one. systemd.resource-control(5). Files without a property it leaves alone.
/// </summary>
public static class UnitResources
{
    private const ulong Infinity = ulong.MaxValue;
    private const ulong DefaultPeriod = 100_000;
    private const ulong Second = 1_000_000;

    /// <summary>Of the writes of an update.</summary>
    /// <param name="group">What the group has now.</param>
    public static UnitUpdate CompileUpdate(ImmutableArray<CgroupWrite> writes, CgroupFacts group)
    {
        ImmutableArray<CgroupWrite>.Builder changed = writes.ToBuilder();
        ImmutableArray<UnitProperty>.Builder properties = ImmutableArray.CreateBuilder<UnitProperty>();
        Compile(changed, group, properties);
        return new UnitUpdate(changed.DrainToImmutable(), properties.DrainToImmutable());
    }

    /// <summary>Adds the properties, and changes the writes that a property can't say as they are.</summary>
    internal static void Compile(ImmutableArray<CgroupWrite>.Builder writes, CgroupFacts group, ImmutableArray<UnitProperty>.Builder properties)
    {
        bool isIdle = Find(writes, "cpu.idle") is { } idle && writes[idle].Value.Text.SequenceEqual("1"u8);
        if (isIdle && Find(writes, "cpu.weight") is { } weight)
        {
            // kernel/sched/fair.c, sched_group_set_shares: an idle group takes no weight, and systemd has made it idle by then.
            writes.RemoveAt(weight);
        }

        CompileQuotaV1(writes, group, properties);
        for (int i = 0; i < writes.Count; i++)
        {
            string file = writes[i].File.ToString();
            if (file == "cpu.max")
            {
                CompileQuotaV2(writes, i, properties);
            }
            else if (PropertyOf(file, Encoding.UTF8.GetString(writes[i].Value.Text).Trim()) is var (name, value))
            {
                Set(properties, name, value, writes[i].Origin);
            }
        }
    }

    // The tables of runc's and crun's systemd drivers, and what systemd would otherwise reset.
    private static (string Name, BusValue Value)? PropertyOf(string file, string text) => file switch
    {
        "memory.max"            => Amount("MemoryMax", text),
        "memory.high"           => Amount("MemoryHigh", text),
        "memory.low"            => Amount("MemoryLow", text),
        "memory.min"            => Amount("MemoryMin", text),
        "memory.swap.max"       => Amount("MemorySwapMax", text),
        "memory.zswap.max"      => Amount("MemoryZSwapMax", text),
        "memory.oom.group"      => OomPolicy(text),
        "memory.limit_in_bytes" => Amount("MemoryLimit", text),
        "pids.max"              => Tasks(text),
        "cpu.weight"            => Amount("CPUWeight", text),
        "cpu.idle"              => text == "1" ? ("CPUWeight", BusValue.OfUInt64(0)) : null,
        "cpu.shares"            => Amount("CPUShares", text),
        "cpuset.cpus"           => Set("AllowedCPUs", text),
        "cpuset.mems"           => Set("AllowedMemoryNodes", text),
        "io.weight"             => Amount("IOWeight", WithoutDefault(text)),
        "io.bfq.weight"         => BfqWeight(WithoutDefault(text)),
        "blkio.weight"          => Amount("BlockIOWeight", text),
        _                       => null,
    };

    private static (string Name, BusValue Value)? Amount(string name, string text) =>
        ReadAmount(text) is { } amount ? (name, BusValue.OfUInt64(amount)) : null;

    private static (string Name, BusValue Value)? Set(string name, string list) =>
        CpuList.TryRead(list, out ImmutableArray<ulong> mask) is null ? (name, BusValue.OfBytes(CpuList.Bytes(mask))) : null;

    // systemd refuses 0. A container with one process more than none can be created, which the file then forbids it to change.
    private static (string Name, BusValue Value)? Tasks(string text) =>
        ReadAmount(text) is { } limit ? ("TasksMax", BusValue.OfUInt64(Math.Max(1, limit))) : null;

    private static (string Name, BusValue Value)? OomPolicy(string text) => text switch
    {
        "0" => ("OOMPolicy", BusValue.OfText("continue")),
        "1" => ("OOMPolicy", BusValue.OfText("kill")),
        _   => null,
    };

    // systemd makes a weight for BFQ (1 to 1000) of IOWeight (1 to 10000), with 100 in the middle of both: this is the way back.
    private static (string Name, BusValue Value)? BfqWeight(string text)
    {
        const ulong Middle = 100;
        if (ReadAmount(text) is not { } weight || weight is 0 or > 1000)
        {
            return null;
        }

        return ("IOWeight", BusValue.OfUInt64(weight <= Middle ? weight : Middle + ((weight - Middle) * 9900 / 900)));
    }

    private static string WithoutDefault(string text) =>
        text.StartsWith("default ", StringComparison.Ordinal) ? text["default ".Length..].Trim() : text;

    // As the kernel reads amounts: "max", -1 on version 1, and units of 1024. lib/cmdline.c, memparse.
    private static ulong? ReadAmount(string text)
    {
        if (text is "max" or "-1")
        {
            return Infinity;
        }

        int unit = text.Length == 0 ? -1 : "KMGTPE".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal);
        ReadOnlySpan<char> digits = unit < 0 ? text : text.AsSpan(0, text.Length - 1);
        int shift = 10 * (unit + 1);
        return ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out ulong amount) && amount <= (Infinity >> shift)
            ? amount << shift
            : null;
    }

    private static void CompileQuotaV1(ImmutableArray<CgroupWrite>.Builder writes, CgroupFacts group, ImmutableArray<UnitProperty>.Builder properties)
    {
        int? quotaAt = Find(writes, "cpu.cfs_quota_us");
        int? periodAt = Find(writes, "cpu.cfs_period_us");
        if (quotaAt is null && periodAt is null)
        {
            return;
        }

        ulong period = ReadAmount(periodAt is { } index ? writes[index].Value.ToString() : group.CpuPeriod) ?? DefaultPeriod;
        ulong quota = ReadAmount(quotaAt is { } at ? writes[at].Value.ToString() : group.CpuQuota) ?? Infinity;
        ulong rounded = AddQuota(properties, quota, period, writes[(quotaAt ?? periodAt)!.Value].Origin);
        if (quotaAt is { } place && rounded != quota)
        {
            writes[place] = writes[place] with { Value = KernelString.Of(rounded.ToString(CultureInfo.InvariantCulture)) };
        }
    }

    // cgroup-v2.rst, cpu.max: "$MAX $PERIOD", or only the first.
    private static void CompileQuotaV2(ImmutableArray<CgroupWrite>.Builder writes, int index, ImmutableArray<UnitProperty>.Builder properties)
    {
        string[] parts = Encoding.UTF8.GetString(writes[index].Value.Text).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        ulong? period = parts.Length == 2 ? ReadAmount(parts[1]) : DefaultPeriod;
        if (parts.Length is not (1 or 2) || ReadAmount(parts[0]) is not { } quota || period is null or 0 or > Second)
        {
            return;
        }

        ulong rounded = AddQuota(properties, quota, period.Value, writes[index].Origin);
        if (rounded != quota)
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"{rounded} {period.Value}");
            writes[index] = writes[index] with { Value = KernelString.Of(text) };
        }
    }

    /// <summary>systemd keeps a quota as whole percents of a processor: it is rounded up, for the file too.</summary>
    private static ulong AddQuota(ImmutableArray<UnitProperty>.Builder properties, ulong quota, ulong period, string origin)
    {
        const ulong Percent = 10_000;
        Set(properties, "CPUQuotaPeriodUSec", BusValue.OfUInt64(period), origin);
        if (quota == Infinity || quota > Infinity / Second || period == 0)
        {
            Set(properties, "CPUQuotaPerSecUSec", BusValue.OfUInt64(Infinity), origin);
            return quota;
        }

        ulong perSecond = quota * Second / period;
        ulong rounded = (perSecond + Percent - 1) / Percent * Percent;
        Set(properties, "CPUQuotaPerSecUSec", BusValue.OfUInt64(rounded), origin);
        return rounded == perSecond ? quota : rounded * period / Second;
    }

    private static int? Find(ImmutableArray<CgroupWrite>.Builder writes, string file)
    {
        for (int i = writes.Count - 1; i >= 0; i--)
        {
            if (writes[i].File.Text.SequenceEqual(Encoding.UTF8.GetBytes(file)))
            {
                return i;
            }
        }

        return null;
    }

    // The last one counts, as with the files.
    private static void Set(ImmutableArray<UnitProperty>.Builder properties, string name, BusValue value, string origin)
    {
        UnitProperty property = new(name, value, origin) { IsOptional = true };
        for (int i = 0; i < properties.Count; i++)
        {
            if (properties[i].Name == name && properties[i].IsOptional)
            {
                properties[i] = property;
                return;
            }
        }

        properties.Add(property);
    }
}
