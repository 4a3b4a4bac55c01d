// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>config.json to a plan: every rule that the document alone can break is broken here, with its place in the document.</summary>
public static class PlanCompiler
{
    // include/uapi/linux/utsname.h, __NEW_UTS_LEN.
    private const int MaximumNameLength = 64;

    /// <summary>A pure function: the same document and facts make the same plan.</summary>
    /// <param name="errors">Gets every violation, not only the first.</param>
    /// <returns>Null if there is any violation.</returns>
    public static ContainerPlan? Compile(RuntimeSpec spec, HostFacts facts, List<SpecError> errors)
    {
        int before = errors.Count;
        LinuxSpec linux = spec.Linux ?? new LinuxSpec();
        ImmutableArray<string>.Builder warnings = ImmutableArray.CreateBuilder<string>();
        CheckVersion(spec.OciVersion, errors);
        NamespacePlan namespaces = NamespaceCompiler.Compile(linux, errors);
        bool ownsName = namespaces.IsOwn(CloneFlags.CLONE_NEWUTS);
        RootPlan root = RootCompiler.Compile(spec.Root, linux.RootfsPropagation, facts, errors);
        KernelString? label = CompileLabel(linux.MountLabel, errors);
        ContainerPlan plan = new()
        {
            OciVersion = spec.OciVersion ?? "",
            Root = root,
            Namespaces = namespaces,
            Mounts = MountCompiler.Compile(spec.Mounts, root, namespaces, label, facts, errors),
            MountLabel = label,
            Devices = DeviceCompiler.Compile(linux.Devices, errors),
            MaskedPaths = RootCompiler.CompilePaths(linux.MaskedPaths, "/linux/maskedPaths", errors),
            ReadonlyPaths = RootCompiler.CompilePaths(linux.ReadonlyPaths, "/linux/readonlyPaths", errors),
            NetDevices = NetDeviceCompiler.Compile(linux.NetDevices, namespaces, facts, errors),
            IntelRdt = IntelRdtCompiler.Compile(linux.IntelRdt, errors),
            Sysctls = SysctlCompiler.Compile(linux.Sysctl, namespaces, errors),
            Hostname = CompileName(spec.Hostname, ownsName, "/hostname", errors),
            Domainname = CompileName(spec.Domainname, ownsName, "/domainname", errors),
            Cgroup = CgroupCompiler.Compile(linux, spec.Annotations, facts, warnings, errors),
            Hooks = HookCompiler.Compile(spec.Hooks, errors),
            Process = spec.Process is { } process ? ProcessCompiler.Compile(process, linux, namespaces, facts, warnings, errors) : CheckNoProcess(linux, errors),
            Seccomp = SeccompCompiler.Compile(linux.Seccomp, SeccompArchitectures.Native, errors),
            Annotations = CheckAnnotations(spec.Annotations, errors),
        };
        if (errors.Count != before)
        {
            return null;
        }

        if (CgroupOwner.Of(plan, facts) is { } owner)
        {
            plan = plan with { Cgroup = plan.Cgroup with { Owner = owner } };
        }

        return warnings.Count == 0 ? plan : plan with { Warnings = warnings.DrainToImmutable() };
    }

    private static void CheckVersion(string? version, List<SpecError> errors)
    {
        const string Path = "/ociVersion";
        if (string.IsNullOrEmpty(version))
        {
            Refuse.Missing(errors, Path);
        }
        else if (OciVersion.RuleAgainst(version) is { } rule)
        {
            Refuse.Value(errors, Path, version, rule);
        }
    }

    private static KernelString? CompileName(string? name, bool ownsName, string path, List<SpecError> errors)
    {
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        if (!ownsName)
        {
            Refuse.Value(errors, path, name, "needs a uts namespace of the container's own");
        }

        if (Encoding.UTF8.GetByteCount(name) > MaximumNameLength)
        {
            Refuse.Value(errors, path, name, "is longer than 64 bytes");
            return null;
        }

        return KernelText.TryMake(name, path, errors, out KernelString made) ? made : null;
    }

    private static KernelString? CompileLabel(string? label, List<SpecError> errors) =>
        string.IsNullOrEmpty(label) || !KernelText.TryMake(label, "/linux/mountLabel", errors, out KernelString made) ? null : made;

    private static ImmutableArray<KeyValuePair<string, string>> CheckAnnotations(
        ImmutableArray<KeyValuePair<string, string>> annotations, List<SpecError> errors)
    {
        foreach ((string key, string value) in annotations)
        {
            if (key.Length == 0)
            {
                Refuse.Value(errors, "/annotations", key, "is not a key: keys are not empty");
            }

            if (key.Contains('\0', StringComparison.Ordinal) || value.Contains('\0', StringComparison.Ordinal))
            {
                Refuse.Value(errors, Refuse.Member("/annotations", key), value, Refuse.ContainsNul);
            }
        }

        return annotations;
    }

    // What is said of programs is checked although there is none.
    private static ProcessPlan? CheckNoProcess(LinuxSpec linux, List<SpecError> errors)
    {
        _ = PersonalityCompiler.Compile(linux.Personality, errors);
        _ = MemoryPolicyCompiler.Compile(linux.MemoryPolicy, errors);
        return null;
    }
}
