// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Bpf;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.cgroupsPath</c> and <c>linux.resources.devices</c>. config-linux.md, "Control groups". cgroups(7).</summary>
internal static class CgroupCompiler
{
    internal static CgroupPlan Compile(
        LinuxSpec linux, ImmutableArray<KeyValuePair<string, string>> annotations, HostFacts facts,
        ImmutableArray<string>.Builder warnings, List<SpecError> errors)
    {
        bool isSystemd = facts.CgroupDriver != CgroupDriver.Cgroupfs;
        ImmutableArray<UnitProperty>.Builder properties = ImmutableArray.CreateBuilder<UnitProperty>();
        SystemdPlan? systemd = isSystemd
            ? SystemdCompiler.Compile(linux, annotations, facts.Cgroups, facts.CgroupDriver, properties, errors)
            : null;
        string? path = isSystemd ? null : CompilePath(linux.CgroupsPath, errors);
        ImmutableArray<CgroupWrite>.Builder writes = ImmutableArray.CreateBuilder<CgroupWrite>(16);
        ImmutableArray<BpfInstruction> program = CompileDevices(linux, facts, writes, properties, errors);
        if (linux.Resources is { } resources)
        {
            ResourceCompiler.Compile(resources, facts.Cgroups, CgroupFacts.New, writes, warnings, errors);
        }

        if (systemd is not null)
        {
            UnitResources.Compile(writes, CgroupFacts.New, properties);
            systemd = systemd with { Properties = properties.DrainToImmutable() };
        }

        return new CgroupPlan { Path = path, Systemd = systemd, Writes = writes.DrainToImmutable(), DeviceProgram = program };
    }

    private static string? CompilePath(string? text, List<SpecError> errors)
    {
        const string Path = "/linux/cgroupsPath";
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.Contains('\0', System.StringComparison.Ordinal))
        {
            Refuse.Value(errors, Path, text, Refuse.ContainsNul);
            return null;
        }

        if (PathText.HasParentPart(text))
        {
            Refuse.Value(errors, Path, text, "has a part \"..\"");
            return null;
        }

        string clean = PathText.InContainer(text);
        if (clean == "/")
        {
            Refuse.Value(errors, Path, text, "is not a group below the root");
            return null;
        }

        return PathText.IsAbsolute(text) ? clean : clean[1..];
    }

    // Only the host's root user may say what devices a group can use; others can't make device nodes in the first place.
    private static ImmutableArray<BpfInstruction> CompileDevices(
        LinuxSpec linux, HostFacts facts, ImmutableArray<CgroupWrite>.Builder writes,
        ImmutableArray<UnitProperty>.Builder properties, List<SpecError> errors)
    {
        int before = errors.Count;
        List<DeviceRule> rules = DeviceRuleCompiler.Compile(linux, errors);
        if (errors.Count != before || !facts.IsRoot || facts.CgroupDriver == CgroupDriver.SystemdUser)
        {
            return [];
        }

        DeviceTable? chars = DeviceTable.Build(rules, DeviceType.BPF_DEVCG_DEV_CHAR);
        DeviceTable? blocks = DeviceTable.Build(rules, DeviceType.BPF_DEVCG_DEV_BLOCK);
        ImmutableArray<BpfInstruction> program = [];
        if (chars is not null && blocks is not null)
        {
            if (facts.CgroupDriver == CgroupDriver.Systemd)
            {
                UnitDevices.Compile(chars, blocks, facts.Cgroups, properties, errors);
            }

            if (facts.Cgroups == CgroupLayout.V1)
            {
                DeviceListCompiler.Compile(rules, chars, blocks, writes, errors);
                return [];
            }

            program = DeviceFilterCompiler.Compile(chars, blocks);
        }

        if (chars is null || blocks is null || program.IsDefault)
        {
            Refuse.Number(errors, DeviceRuleCompiler.Path, linux.Resources?.Devices.Length ?? 0, "rules are too many");
            return [];
        }

        return program;
    }
}
