// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Bpf;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.resources.devices</c>, and behind them the rules that every container gets.</summary>
internal static class DeviceRuleCompiler
{
    internal const string Path = "/linux/resources/devices";

    /// <summary>In order: a later rule wins. What no rule is about is denied.</summary>
    internal static List<DeviceRule> Compile(LinuxSpec linux, List<SpecError> errors)
    {
        ImmutableArray<DeviceRuleSpec> specs = linux.Resources?.Devices ?? [];
        List<DeviceRule> rules = new(specs.Length + 12);
        for (int i = 0; i < specs.Length; i++)
        {
            if (CompileOne(specs[i], i, errors) is { } rule)
            {
                rules.Add(rule);
            }
        }

        AddDefaults(rules, linux.Devices);
        return rules;
    }

    // What runc allows whatever config.json says (libcontainer/specconv, AllowedDevices): clients rely on it. Every node may
    // be made; used may be the default devices, pseudo terminals and /dev/net/tun.
    private static void AddDefaults(List<DeviceRule> rules, ImmutableArray<DeviceSpec> devices)
    {
        rules.Add(new(true, DeviceType.All, DeviceRule.Any, DeviceRule.Any, DeviceAccess.BPF_DEVCG_ACC_MKNOD));
        foreach (DeviceCompiler.DefaultDevice device in DeviceCompiler.Defaults)
        {
            if (!DeviceCompiler.IsReplaced(device.Path, devices))
            {
                rules.Add(new(true, DeviceType.BPF_DEVCG_DEV_CHAR, device.Major, device.Minor, DeviceAccess.All));
            }
        }

        rules.Add(new(true, DeviceType.BPF_DEVCG_DEV_CHAR, 136, DeviceRule.Any, DeviceAccess.All));
        rules.Add(new(true, DeviceType.BPF_DEVCG_DEV_CHAR, 5, 2, DeviceAccess.All));
        rules.Add(new(true, DeviceType.BPF_DEVCG_DEV_CHAR, 10, 200, DeviceAccess.All));
    }

    private static DeviceRule? CompileOne(DeviceRuleSpec spec, int index, List<SpecError> errors)
    {
        int before = errors.Count;
        if (spec.Allow is null)
        {
            Refuse.Missing(errors, Refuse.At(Path, index) + "/allow");
        }

        DeviceRule rule = new(
            spec.Allow ?? false,
            CompileType(spec.Type, index, errors),
            CompileNumber(spec.Major, "/major", index, errors),
            CompileNumber(spec.Minor, "/minor", index, errors),
            CompileAccess(spec.Access, index, errors));
        return errors.Count == before ? rule : null;
    }

    private static DeviceType CompileType(string? type, int index, List<SpecError> errors)
    {
        switch (type)
        {
            case null or "" or "a":
                return DeviceType.All;
            case "c":
                return DeviceType.BPF_DEVCG_DEV_CHAR;
            case "b":
                return DeviceType.BPF_DEVCG_DEV_BLOCK;
            default:
                Refuse.Value(errors, Refuse.At(Path, index) + "/type", type, "is not one of the types a, b and c");
                return DeviceType.None;
        }
    }

    private static uint CompileNumber(long? number, string member, int index, List<SpecError> errors)
    {
        if (number is null or < 0)
        {
            return DeviceRule.Any;
        }

        if (number >= DeviceRule.Any)
        {
            Refuse.Number(errors, Refuse.At(Path, index) + member, number.Value, "is above 4294967294");
            return DeviceRule.Any;
        }

        return (uint)number.Value;
    }

    // A missing access is all of it, like a missing type or number. An "a" has a meaning for the type only; runc overlooks it here.
    private static DeviceAccess CompileAccess(string? text, int index, List<SpecError> errors)
    {
        if (text is null)
        {
            return DeviceAccess.All;
        }

        DeviceAccess access = DeviceAccess.None;
        foreach (char letter in text)
        {
            DeviceAccess bit = letter switch
            {
                'r' => DeviceAccess.BPF_DEVCG_ACC_READ,
                'w' => DeviceAccess.BPF_DEVCG_ACC_WRITE,
                'm' => DeviceAccess.BPF_DEVCG_ACC_MKNOD,
                _ => DeviceAccess.None,
            };
            if (bit == DeviceAccess.None && letter != 'a')
            {
                Refuse.Value(errors, Refuse.At(Path, index) + "/access", text, "has letters other than r, w and m");
                return DeviceAccess.None;
            }

            access |= bit;
        }

        if (access == DeviceAccess.None)
        {
            Refuse.Value(errors, Refuse.At(Path, index) + "/access", text, "is not a combination of r, w and m");
        }

        return access;
    }
}
