// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>mounts</c> to steps. config.md, "Mounts".</summary>
internal static class MountCompiler
{
    internal static ImmutableArray<MountStep> Compile(
        ImmutableArray<MountSpec> mounts, RootPlan root, NamespacePlan namespaces, KernelString? label, HostFacts facts, List<SpecError> errors)
    {
        Container container = new(root.Path.ToString(), namespaces, label, facts);
        ImmutableArray<MountStep>.Builder steps = ImmutableArray.CreateBuilder<MountStep>(mounts.Length);
        for (int i = 0; i < mounts.Length; i++)
        {
            string origin = Refuse.At("/mounts", i);
            if (CompileOne(mounts[i], origin, steps, container, errors) is { } step)
            {
                steps.Add(step);
            }
        }

        return steps.DrainToImmutable();
    }

    // What is elsewhere in the document, and outside of it.
    private readonly record struct Container(string Root, NamespacePlan Namespaces, KernelString? Label, HostFacts Facts);

    // One entry of the document, read.
    private readonly record struct Entry(MountSpec Spec, string Origin, MountOptions Options, KernelString Target)
    {
        internal string Type => Spec.Type ?? "";
        internal bool IsBind => Options.IsBind || Type is "bind" or "rbind";
    }

    private static MountStep? CompileOne(
        MountSpec mount, string origin, ImmutableArray<MountStep>.Builder earlier, Container container, List<SpecError> errors)
    {
        int before = errors.Count;
        Entry entry = new(
            mount, origin, MountOptions.Read(mount.Options, origin, errors), CompileTarget(mount.Destination, container.Root, origin, errors));
        CheckOptions(entry, errors);
        MountIdMap? idMap = MountIdMapCompiler.Compile(mount, entry.Options, entry.IsBind && !entry.Options.IsRemount, origin, container.Namespaces, errors);
        MountStep? step = entry.Options.IsRemount ? CompileRemount(entry, earlier)
            : entry.IsBind ? CompileBind(entry, idMap, container.Facts, errors)
            : entry.Type == "cgroup" ? CompileControlGroups(entry)
            : CompileNew(entry, container.Label, errors);
        if (step is null || errors.Count != before)
        {
            return null;
        }

        MountPlaceRules.Check(step, mount.Destination ?? "", origin, errors);
        return step;
    }

    private static void CheckOptions(Entry entry, List<SpecError> errors)
    {
        MountOptions options = entry.Options;
        bool isControlGroups = entry.Type == "cgroup" && !options.IsRemount;
        if (options.FirstData is >= 0 and int data && (entry.IsBind || isControlGroups))
        {
            // The kernel would ignore it in silence.
            string rule = entry.IsBind
                ? "is an option of a file system: a bind mount takes none"
                : "is an option of a file system: a mount of type cgroup takes none";
            Refuse.Value(errors, Refuse.At(entry.Origin + "/options", data), entry.Spec.Options[data], rule);
        }

        if (options.CopyUpIndex >= 0 && (entry.Type != "tmpfs" || entry.IsBind || options.IsRemount))
        {
            Refuse.Value(errors, Refuse.At(entry.Origin + "/options", options.CopyUpIndex), "tmpcopyup", "is only for a new mount of type tmpfs");
        }
    }

    private static KernelString CompileTarget(string? destination, string root, string origin, List<SpecError> errors)
    {
        string path = origin + "/destination";
        if (string.IsNullOrEmpty(destination))
        {
            Refuse.Missing(errors, path);
            return default;
        }

        string clean = BelowRoot(PathText.InContainer(destination), root);
        if (clean is "" or "/")
        {
            Refuse.Value(errors, path, destination, "is the container's root: nothing can be mounted over it");
            return default;
        }

        _ = KernelText.TryMake(clean, path, errors, out KernelString target, destination);
        return target;
    }

    // As with runc, a destination may be written as the host sees it, with the root's own path in front.
    private static string BelowRoot(string path, string root) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/') ? path[root.Length..] : path;

    private static MountStep.Bind? CompileBind(Entry entry, MountIdMap? idMap, HostFacts facts, List<SpecError> errors)
    {
        string path = entry.Origin + "/source";
        if (string.IsNullOrEmpty(entry.Spec.Source))
        {
            Refuse.Missing(errors, path);
            return null;
        }

        string onHost = PathText.OnHost(entry.Spec.Source, facts.Bundle);
        if (!KernelText.TryMake(onHost, path, errors, out KernelString source, entry.Spec.Source))
        {
            return null;
        }

        return new MountStep.Bind(source, entry.Target, entry.Options.IsRecursiveBind || entry.Type == "rbind", entry.Origin)
        {
            Attributes = entry.Options.Attributes,
            ImpliedClear = entry.Options.ImpliedClear,
            IdMap = idMap,
            RecursiveAttributes = entry.Options.RecursiveAttributes,
            Propagation = entry.Options.Propagation,
            RecursivePropagation = entry.Options.RecursivePropagation,
        };
    }

    private static MountStep.ControlGroups CompileControlGroups(Entry entry) => new(entry.Target, entry.Origin)
    {
        Attributes = entry.Options.AttributesOfNew,
        Propagation = entry.Options.Propagation,
        RecursivePropagation = entry.Options.RecursivePropagation,
    };

    private static MountStep.NewFilesystem? CompileNew(Entry entry, KernelString? label, List<SpecError> errors)
    {
        if (entry.Type is "" or "none")
        {
            Refuse.Rule(errors, entry.Origin + "/type", "is required where no option says bind, rbind or remount");
            return null;
        }

        bool made = KernelText.TryMake(entry.Type, entry.Origin + "/type", errors, out KernelString type);
        made &= KernelText.TryMake(entry.Spec.Source ?? "", entry.Origin + "/source", errors, out KernelString source);
        if (!made)
        {
            return null;
        }

        ImmutableArray<FsParameter> parameters = entry.Options.Parameters(SettableOnNew(entry.Type), SuperblockFlags.None);
        if (label is { } context && TakesLabel(entry.Type))
        {
            parameters = parameters.Add(new FsParameter(KernelString.Of("context"), context));
        }

        return new MountStep.NewFilesystem(type, source, entry.Target, parameters, entry.Origin)
        {
            CopyUp = entry.Options.CopyUpIndex >= 0,
            Attributes = entry.Options.AttributesOfNew,
            Propagation = entry.Options.Propagation,
            RecursivePropagation = entry.Options.RecursivePropagation,
        };
    }

    // linux.mountLabel: as with runc, the kernel's own file systems keep the labels of the policy.
    private static bool TakesLabel(string type) => type is not ("proc" or "sysfs" or "mqueue");

    // A tmpfs is filled after it is mounted, by tmpcopyup and by the mount points of later mounts: there only the mount is
    // read-only, which the Engine sets last.
    private static SuperblockFlags SettableOnNew(string type) =>
        MountOptionTable.SharesSuperblock(type) ? SuperblockFlags.None
        : type == "tmpfs" ? SuperblockFlags.All & ~SuperblockFlags.Ro
        : SuperblockFlags.All;

    // Like mount(8): with bind only the mount changes, else the superblock too. A type is optional, and found at the target.
    private static MountStep.Remount CompileRemount(Entry entry, ImmutableArray<MountStep>.Builder earlier)
    {
        bool own = !entry.IsBind && OwnsSuperblock(entry.Type, entry.Target, earlier);
        SuperblockFlags flags = own ? SuperblockFlags.All : SuperblockFlags.None;
        return new MountStep.Remount(entry.Target, entry.Options.Parameters(flags, flags), entry.Origin)
        {
            Attributes = entry.Options.Attributes,
            RecursiveAttributes = entry.Options.RecursiveAttributes,
            Propagation = entry.Options.Propagation,
            RecursivePropagation = entry.Options.RecursivePropagation,
        };
    }

    private static bool OwnsSuperblock(string type, KernelString target, ImmutableArray<MountStep>.Builder earlier)
    {
        for (int i = earlier.Count - 1; i >= 0; i--)
        {
            if (earlier[i].Target != target || earlier[i] is MountStep.Remount)
            {
                continue;
            }

            return earlier[i] is MountStep.NewFilesystem made && !MountOptionTable.SharesSuperblock(made.Type.ToString());
        }

        return type is not ("" or "none") && !MountOptionTable.SharesSuperblock(type);
    }
}
