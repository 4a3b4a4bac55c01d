// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Mounting;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>root</c>, and what of <c>linux</c> is about the root: propagation, masked and read-only paths.</summary>
internal static class RootCompiler
{
    internal static RootPlan Compile(RootSpec? root, string? propagation, HostFacts facts, List<SpecError> errors)
    {
        KernelString path = CompilePath(root, facts, errors);
        return new RootPlan(path, root?.Readonly ?? false, CompilePropagation(propagation, errors));
    }

    /// <summary><c>linux.maskedPaths</c> or <c>linux.readonlyPaths</c>, each path once.</summary>
    internal static ImmutableArray<KernelString> CompilePaths(ImmutableArray<string> texts, string path, List<SpecError> errors)
    {
        ImmutableArray<KernelString>.Builder paths = ImmutableArray.CreateBuilder<KernelString>(texts.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            string text = texts[i];
            if (!PathText.IsAbsolute(text))
            {
                Refuse.Value(errors, Refuse.At(path, i), text, "is not an absolute path");
            }
            else if (!KernelString.TryCreate(PathText.InContainer(text), out KernelString made))
            {
                Refuse.Value(errors, Refuse.At(path, i), text, Refuse.ContainsNul);
            }
            else if (!paths.Contains(made))
            {
                paths.Add(made);
            }
        }

        return paths.DrainToImmutable();
    }

    private static KernelString CompilePath(RootSpec? root, HostFacts facts, List<SpecError> errors)
    {
        const string Path = "/root/path";
        if (root is null)
        {
            Refuse.Missing(errors, "/root");
            return default;
        }

        if (string.IsNullOrEmpty(root.Path))
        {
            Refuse.Missing(errors, Path);
            return default;
        }

        _ = KernelText.TryMake(PathText.OnHost(root.Path, facts.Bundle), Path, errors, out KernelString path, root.Path);
        return path;
    }

    // config-linux.md, "Rootfs Mount Propagation". A container's root is never the only mount, so both forms are recursive.
    private static MountPropagation CompilePropagation(string? text, List<SpecError> errors)
    {
        switch (text)
        {
            case null or "" or "slave" or "rslave":
                return MountPropagation.MS_SLAVE;
            case "private" or "rprivate":
                return MountPropagation.MS_PRIVATE;
            case "shared" or "rshared":
                return MountPropagation.MS_SHARED;
            case "unbindable" or "runbindable":
                return MountPropagation.MS_UNBINDABLE;
            default:
                Refuse.Value(errors, "/linux/rootfsPropagation", text, "is not one of shared, slave, private and unbindable");
                return MountPropagation.MS_SLAVE;
        }
    }
}
