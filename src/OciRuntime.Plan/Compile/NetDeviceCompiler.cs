// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.netDevices</c>. config-linux.md, "Network Devices".</summary>
internal static class NetDeviceCompiler
{
    private const string Path = "/linux/netDevices";

    internal static ImmutableArray<NetDevicePlan> Compile(
        ImmutableArray<KeyValuePair<string, NetDeviceSpec>> devices, NamespacePlan namespaces, HostFacts facts, List<SpecError> errors)
    {
        if (devices.IsEmpty)
        {
            return [];
        }

        if (!namespaces.IsOwn(CloneFlags.CLONE_NEWNET))
        {
            Refuse.Rule(errors, Path, "needs a network namespace of the container's own");
        }

        if (!facts.IsRoot)
        {
            Refuse.Rule(errors, Path, "needs root: only root may take devices from the host's network namespace");
        }

        ImmutableArray<NetDevicePlan>.Builder plans = ImmutableArray.CreateBuilder<NetDevicePlan>(devices.Length);
        foreach ((string name, NetDeviceSpec device) in devices)
        {
            if (CompileOne(name, device, errors) is { } plan)
            {
                RefuseTaken(plans, plan, errors);
                plans.Add(plan);
            }
        }

        return plans.DrainToImmutable();
    }

    private static NetDevicePlan? CompileOne(string name, NetDeviceSpec device, List<SpecError> errors)
    {
        string origin = Refuse.Member(Path, name);
        string newName = string.IsNullOrEmpty(device.Name) ? name : device.Name;
        string? rule = RuleAgainst(name);
        if (rule is not null)
        {
            Refuse.Value(errors, origin, name, rule);
        }
        else if ((RuleAgainst(newName) ?? RuleAgainstTemplate(newName)) is { } newRule)
        {
            Refuse.Value(errors, origin + "/name", newName, newRule);
        }
        else
        {
            return new NetDevicePlan(KernelString.Of(name), KernelString.Of(newName), newName.Contains('%', StringComparison.Ordinal), origin);
        }

        return null;
    }

    private static void RefuseTaken(ImmutableArray<NetDevicePlan>.Builder plans, NetDevicePlan plan, List<SpecError> errors)
    {
        foreach (NetDevicePlan other in plans)
        {
            if (other.NewName == plan.NewName && !plan.IsTemplate)
            {
                Refuse.Value(errors, plan.Origin, plan.NewName.ToString(), $"is already the name of another device: {other.Origin}");
            }
        }
    }

    // net/core/dev.c, dev_valid_name.
    private static string? RuleAgainst(string name)
    {
        const int IFNAMSIZ = 16;
        if (name.Length == 0 || name is "." or "..")
        {
            return "is not the name of a network device";
        }

        foreach (char c in name)
        {
            if (c == '\0')
            {
                return Refuse.ContainsNul;
            }

            if (c is '/' or ':' or ' ' or (>= '\t' and <= '\r'))
            {
                return "is not the name of a network device: no '/', ':' or white space";
            }
        }

        return Encoding.UTF8.GetByteCount(name) >= IFNAMSIZ ? "is longer than 15 bytes" : null;
    }

    // net/core/dev.c, __dev_alloc_name.
    private static string? RuleAgainstTemplate(string name)
    {
        int first = name.IndexOf('%', StringComparison.Ordinal);
        return first < 0 || (name.AsSpan(first).StartsWith("%d") && name.IndexOf('%', first + 1) < 0)
            ? null
            : "is not a template: the one '%' is that of \"%d\"";
    }
}
