// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using OciRuntime.Abi;
using OciRuntime.Abi.Bpf;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>Device rules to writes for control groups version 1. security/device_cgroup.c.</summary>
/// <remarks>
/// The kernel keeps a default for all devices and a list of exceptions to it, which have no exceptions themselves. With "deny"
/// as the default one exception alone must cover all that is asked for; with "allow" any that touches it refuses.
/// </remarks>
internal static class DeviceListCompiler
{
    internal static void Compile(
        List<DeviceRule> rules, DeviceTable chars, DeviceTable blocks, ImmutableArray<CgroupWrite>.Builder writes, List<SpecError> errors)
    {
        bool canDeny = IsWiderInside(chars) && IsWiderInside(blocks);
        bool canAllow = IsNarrowerInside(chars) && IsNarrowerInside(blocks);
        if (!canDeny && !canAllow)
        {
            string path = CulpritOf(rules, chars, blocks);
            Refuse.Rule(errors, path, "can't be done with cgroup v1, which has no exceptions to an exception with a wildcard");
            return;
        }

        // Two modes fit only where an answer does not depend on numbers: then few writes do.
        if (canAllow && (!canDeny || (chars.AllowedToAll == DeviceAccess.All && blocks.AllowedToAll == DeviceAccess.All)))
        {
            Add(writes, "devices.allow", "a");
            AddDenied(chars, writes);
            AddDenied(blocks, writes);
        }
        else
        {
            Add(writes, "devices.deny", "a");
            AddAllowed(chars, writes);
            AddAllowed(blocks, writes);
        }
    }

    // Whether a pattern within another one always allows what the other one does.
    private static bool IsWiderInside(DeviceTable table)
    {
        foreach (DevicePattern outer in table.Patterns)
        {
            foreach (DevicePattern inner in table.Patterns)
            {
                if ((outer.Allowed & ~inner.Allowed) != 0 && inner.IsWithin(outer))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IsNarrowerInside(DeviceTable table)
    {
        foreach (DevicePattern outer in table.Patterns)
        {
            foreach (DevicePattern inner in table.Patterns)
            {
                if ((inner.Allowed & ~outer.Allowed) != 0 && inner.IsWithin(outer))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static void AddAllowed(DeviceTable table, ImmutableArray<CgroupWrite>.Builder writes)
    {
        foreach (DevicePattern pattern in table.Patterns)
        {
            if (pattern.Allowed != DeviceAccess.None && !IsAllowedAround(table, pattern))
            {
                Add(writes, "devices.allow", Text(table.Type, pattern, pattern.Allowed));
            }
        }
    }

    private static bool IsAllowedAround(DeviceTable table, DevicePattern pattern)
    {
        foreach (DevicePattern outer in table.Patterns)
        {
            if ((pattern.Allowed & ~outer.Allowed) == 0 && pattern.IsWithin(outer))
            {
                return true;
            }
        }

        return false;
    }

    private static void AddDenied(DeviceTable table, ImmutableArray<CgroupWrite>.Builder writes)
    {
        foreach (DevicePattern pattern in table.Patterns)
        {
            DeviceAccess denied = DeviceAccess.All & ~pattern.Allowed;
            foreach (DevicePattern outer in table.Patterns)
            {
                denied &= pattern.IsWithin(outer) ? outer.Allowed : DeviceAccess.All;
            }

            if (denied != DeviceAccess.None)
            {
                Add(writes, "devices.deny", Text(table.Type, pattern, denied));
            }
        }
    }

    // The last rule of config.json that denies within a pattern what the pattern allows.
    private static string CulpritOf(List<DeviceRule> rules, DeviceTable chars, DeviceTable blocks)
    {
        DeviceTable table = IsWiderInside(chars) ? blocks : chars;
        for (int i = rules.Count - 1; i >= 0; i--)
        {
            if (rules[i].Allow || (rules[i].Type & table.Type) == 0)
            {
                continue;
            }

            DevicePattern denied = new(rules[i].Major, rules[i].Minor, DeviceAccess.None);
            foreach (DevicePattern outer in table.Patterns)
            {
                if ((outer.Allowed & rules[i].Access) != 0 && denied.IsWithin(outer))
                {
                    return Refuse.At(DeviceRuleCompiler.Path, i);
                }
            }
        }

        return DeviceRuleCompiler.Path;
    }

    private static string Text(DeviceType type, DevicePattern pattern, DeviceAccess access) => string.Concat(
        string.Concat(type == DeviceType.BPF_DEVCG_DEV_CHAR ? "c " : "b ", NumberText(pattern.Major), ":"),
        NumberText(pattern.Minor),
        AccessText(access));

    private static string NumberText(uint number) =>
        number == DeviceRule.Any ? "*" : number.ToString(CultureInfo.InvariantCulture);

    private static string AccessText(DeviceAccess access) => (byte)access switch
    {
        1 => " m",
        2 => " r",
        3 => " rm",
        4 => " w",
        5 => " wm",
        6 => " rw",
        _ => " rwm",
    };

    private static void Add(ImmutableArray<CgroupWrite>.Builder writes, string file, string value) =>
        writes.Add(new CgroupWrite("devices", KernelString.Of(file), KernelString.Of(value), DeviceRuleCompiler.Path));
}
