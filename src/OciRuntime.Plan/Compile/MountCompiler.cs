// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>mounts</c> to steps. config.md, "Mounts".</summary>
internal static class MountCompiler
{
    internal static ImmutableArray<MountStep> Compile(ImmutableArray<MountSpec> mounts, HostFacts facts, List<SpecError> errors)
    {
        ImmutableArray<MountStep>.Builder steps = ImmutableArray.CreateBuilder<MountStep>(mounts.Length);
        for (int i = 0; i < mounts.Length; i++)
        {
            string origin = Refuse.At("/mounts", i);
            if (CompileOne(mounts[i], origin, steps, facts, errors) is { } step)
            {
                steps.Add(step);
            }
        }

        return steps.DrainToImmutable();
    }

    private static MountStep? CompileOne(
        MountSpec mount, string origin, ImmutableArray<MountStep>.Builder earlier, HostFacts facts, List<SpecError> errors)
    {
        int before = errors.Count;
        MountOptions options = MountOptions.Read(mount.Options, origin, errors);
        string type = mount.Type ?? "";
        bool isBind = options.IsBind || type is "bind" or "rbind";
        CheckIdMaps(mount, origin, errors);
        CheckOptions(options, type, isBind, mount, origin, errors);
        KernelString target = CompileTarget(mount.Destination, origin, errors);
        MountStep? step = options.IsRemount ? CompileRemount(type, isBind, target, options, earlier, origin)
            : isBind ? CompileBind(mount, type, target, options, origin, facts, errors)
            : type == "cgroup" ? CompileControlGroups(target, options, origin)
            : CompileNew(mount, type, target, options, origin, errors);
        if (step is null || errors.Count != before)
        {
            return null;
        }

        MountPlaceRules.Check(step, mount.Destination ?? "", origin, errors);
        return step;
    }

    private static void CheckIdMaps(MountSpec mount, string origin, List<SpecError> errors)
    {
        if (!mount.UidMappings.IsEmpty)
        {
            Refuse.Unsupported(errors, origin + "/uidMappings");
        }

        if (!mount.GidMappings.IsEmpty)
        {
            Refuse.Unsupported(errors, origin + "/gidMappings");
        }
    }

    private static void CheckOptions(
        MountOptions options, string type, bool isBind, MountSpec mount, string origin, List<SpecError> errors)
    {
        if (options.FirstData is >= 0 and int data && (isBind || (type == "cgroup" && !options.IsRemount)))
        {
            // The kernel would ignore it in silence.
            Refuse.Value(
                errors, Refuse.At(origin + "/options", data), mount.Options[data],
                isBind ? "is an option of a file system: a bind mount takes none" : "is an option of a file system: a mount of type cgroup takes none");
        }

        if (options.CopyUp && (isBind || options.IsRemount || type != "tmpfs"))
        {
            Refuse.Value(errors, Refuse.At(origin + "/options", options.CopyUpIndex), "tmpcopyup", "is for new mounts of type tmpfs");
        }
    }

    private static KernelString CompileTarget(string? destination, string origin, List<SpecError> errors)
    {
        string path = origin + "/destination";
        if (string.IsNullOrEmpty(destination))
        {
            Refuse.Missing(errors, path);
            return default;
        }

        string clean = PathText.InContainer(destination);
        if (clean == "/")
        {
            Refuse.Value(errors, path, destination, "is the container's root: nothing can be mounted over it");
            return default;
        }

        _ = KernelText.TryMake(clean, path, errors, out KernelString target, destination);
        return target;
    }

    private static MountStep.Bind? CompileBind(
        MountSpec mount, string type, KernelString target, MountOptions options, string origin, HostFacts facts, List<SpecError> errors)
    {
        string path = origin + "/source";
        if (string.IsNullOrEmpty(mount.Source))
        {
            Refuse.Missing(errors, path);
            return null;
        }

        if (!KernelText.TryMake(PathText.OnHost(mount.Source, facts.Bundle), path, errors, out KernelString source, mount.Source))
        {
            return null;
        }

        return new MountStep.Bind(source, target, options.IsRecursiveBind || type == "rbind", origin)
        {
            Attributes = options.Attributes,
            RecursiveAttributes = options.RecursiveAttributes,
            Propagation = options.Propagation,
            RecursivePropagation = options.RecursivePropagation,
        };
    }

    private static MountStep.ControlGroups CompileControlGroups(KernelString target, MountOptions options, string origin) =>
        new(target, origin)
        {
            Attributes = options.AttributesOfNew,
            Propagation = options.Propagation,
            RecursivePropagation = options.RecursivePropagation,
        };

    private static MountStep.NewFilesystem? CompileNew(
        MountSpec mount, string type, KernelString target, MountOptions options, string origin, List<SpecError> errors)
    {
        if (type is "" or "none")
        {
            Refuse.Rule(errors, origin + "/type", "is required where no option says bind, rbind or remount");
            return null;
        }

        bool made = KernelText.TryMake(type, origin + "/type", errors, out KernelString kernelType);
        made &= KernelText.TryMake(mount.Source ?? "", origin + "/source", errors, out KernelString source);
        if (!made)
        {
            return null;
        }

        ImmutableArray<FsParameter> parameters = options.Parameters(SettableOnNew(type), SuperblockFlags.None);
        return new MountStep.NewFilesystem(kernelType, source, target, parameters, origin)
        {
            Attributes = options.AttributesOfNew,
            Propagation = options.Propagation,
            RecursivePropagation = options.RecursivePropagation,
            CopyUp = options.CopyUp,
        };
    }

    // A tmpfs is filled after it is mounted, by tmpcopyup and by the mount points of later mounts: there only the mount is
    // read-only, which the Engine sets last.
    private static SuperblockFlags SettableOnNew(string type) =>
        MountOptionTable.SharesSuperblock(type) ? SuperblockFlags.None
        : type == "tmpfs" ? SuperblockFlags.All & ~SuperblockFlags.Ro
        : SuperblockFlags.All;

    // Like mount(8): with bind only the mount changes, else the superblock too. A type is optional, and found at the target.
    private static MountStep.Remount CompileRemount(
        string type, bool isBind, KernelString target, MountOptions options, ImmutableArray<MountStep>.Builder earlier, string origin)
    {
        bool own = !isBind && OwnsSuperblock(type, target, earlier);
        SuperblockFlags flags = own ? SuperblockFlags.All : SuperblockFlags.None;
        return new MountStep.Remount(target, options.Parameters(flags, flags), origin)
        {
            Attributes = options.Attributes,
            RecursiveAttributes = options.RecursiveAttributes,
            Propagation = options.Propagation,
            RecursivePropagation = options.RecursivePropagation,
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
