// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using OciRuntime.Abi.Bpf;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>
/// Device rules as properties of the unit: nothing is allowed but what DeviceAllow names. systemd.resource-control(5). systemd can't say
/// exceptions from what is allowed, nor one minor number of all majors. On version 2 it is told more then, since ocirun's own program decides
/// as well and nothing ever undoes it; on version 1 systemd's list is the only one, and such rules are refused.
/// </summary>
internal static class UnitDevices
{
    internal static void Compile(
        DeviceTable chars, DeviceTable blocks, CgroupLayout layout, ImmutableArray<UnitProperty>.Builder properties, List<SpecError> errors)
    {
        bool isAll = chars.AllowedToAll == DeviceAccess.All && blocks.AllowedToAll == DeviceAccess.All;
        if (layout == CgroupLayout.V1 && !(IsExact(chars) && IsExact(blocks)))
        {
            Refuse.Rule(errors, DeviceRuleCompiler.Path, "can't be said to systemd, which with cgroup v1 would undo them: "
                + "exceptions from what is allowed, or one minor number of all major ones");
            return;
        }

        ImmutableArray<BusValue>.Builder list = ImmutableArray.CreateBuilder<BusValue>();
        if (!isAll)
        {
            AddPatterns(chars, list);
            AddPatterns(blocks, list);
        }

        properties.Add(new UnitProperty("DevicePolicy", BusValue.OfText(isAll ? "auto" : "strict"), DeviceRuleCompiler.Path));
        properties.Add(new UnitProperty("DeviceAllow", new BusValue.List("(ss)", list.DrainToImmutable()), DeviceRuleCompiler.Path));
    }

    /// <summary>Whether what is allowed to each pattern is what is allowed to it and to those around it, together.</summary>
    private static bool IsExact(DeviceTable table)
    {
        foreach (DevicePattern pattern in table.Patterns)
        {
            foreach (DevicePattern around in table.Patterns)
            {
                if (pattern.IsWithin(around) && (around.Allowed & ~pattern.Allowed) != 0)
                {
                    return false;
                }
            }

            bool isColumn = pattern.Major == DeviceRule.Any && pattern.Minor != DeviceRule.Any;
            if (isColumn && (pattern.Allowed & ~table.AllowedToAll) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static void AddPatterns(DeviceTable table, ImmutableArray<BusValue>.Builder list)
    {
        foreach (DevicePattern pattern in table.Patterns)
        {
            // What the first pattern, that of all devices, allows need not be said again.
            bool isFirst = pattern.Major == DeviceRule.Any && pattern.Minor == DeviceRule.Any;
            DeviceAccess more = isFirst ? pattern.Allowed : pattern.Allowed & ~table.AllowedToAll;
            if (more != DeviceAccess.None)
            {
                list.Add(new BusValue.Structure([BusValue.OfText(NameOf(table.Type, pattern)), BusValue.OfText(LettersOf(pattern.Allowed))]));
            }
        }
    }

    // Since systemd 240 these need not exist.
    private static string NameOf(DeviceType type, DevicePattern pattern)
    {
        string kind = type == DeviceType.BPF_DEVCG_DEV_CHAR ? "char" : "block";
        if (pattern.Major == DeviceRule.Any)
        {
            return kind + "-*";
        }

        return pattern.Minor == DeviceRule.Any
            ? string.Create(CultureInfo.InvariantCulture, $"{kind}-{pattern.Major}")
            : string.Create(CultureInfo.InvariantCulture, $"/dev/{kind}/{pattern.Major}:{pattern.Minor}");
    }

    private static string LettersOf(DeviceAccess access) => string.Concat(
        (access & DeviceAccess.BPF_DEVCG_ACC_READ) != 0 ? "r" : "",
        (access & DeviceAccess.BPF_DEVCG_ACC_WRITE) != 0 ? "w" : "",
        (access & DeviceAccess.BPF_DEVCG_ACC_MKNOD) != 0 ? "m" : "");
}
