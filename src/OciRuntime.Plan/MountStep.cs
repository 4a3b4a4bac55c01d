// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Mounting;

namespace OciRuntime.Plan;

/// <summary>One mount, in the order of config.json.</summary>
public abstract record MountStep
{
    private protected MountStep(KernelString target, string origin) => (Target, Origin) = (target, origin);

    /// <summary>Absolute in the container.</summary>
    public KernelString Target { get; }

    public string Origin { get; }

    /// <summary>What changes on the mount itself, after the recursive change. mount_setattr(2).</summary>
    /// <remarks>
    /// On a new mount there is nothing to clear, and all is here: fsmount(2) can take it. A new tmpfs gets MOUNT_ATTR_RDONLY
    /// last, behind the mounts that need mount points in it.
    /// </remarks>
    public AttributeChange Attributes { get; init; }

    /// <summary>What changes on the mount and everything below it, from the options with an <c>r</c> in front: <c>rro</c>.</summary>
    public AttributeChange RecursiveAttributes { get; init; }

    /// <summary>Of the mount itself, after the recursive one.</summary>
    public MountPropagation Propagation { get; init; }
    public MountPropagation RecursivePropagation { get; init; }

    /// <summary>A file or folder of the host. <paramref name="Source"/> is absolute.</summary>
    public sealed record Bind(KernelString Source, KernelString Target, bool Recursive, string Origin) : MountStep(Target, Origin)
    {
        /// <summary>
        /// What the mount also loses, of the attributes of its source: one that is given any attribute has only those. What a user namespace has
        /// locked stays. mount_namespaces(7).
        /// </summary>
        public MountAttr ImpliedClear { get; init; }

        /// <summary>Null: owners are as the source has them.</summary>
        public MountIdMap? IdMap { get; init; }
    }

    /// <summary>A new superblock. fsopen(2), fsconfig(2).</summary>
    /// <param name="Options">The parameters of the file system, superblock flags such as <c>ro</c> and <c>sync</c> among them.</param>
    public sealed record NewFilesystem(KernelString Type, KernelString Source, KernelString Target, ImmutableArray<FsParameter> Options, string Origin)
        : MountStep(Target, Origin)
    {
        /// <summary>Whether what the image has at the target is copied into it.</summary>
        public bool CopyUp { get; init; }
    }

    /// <summary>The control groups as the container sees them: cgroup2 on version 2; on version 1 a tmpfs with a folder for each hierarchy.</summary>
    public sealed record ControlGroups(KernelString Target, string Origin) : MountStep(Target, Origin);

    /// <summary>New attributes or parameters for what is mounted at the target already.</summary>
    public sealed record Remount(KernelString Target, ImmutableArray<FsParameter> Options, string Origin) : MountStep(Target, Origin);
}

/// <summary>Other owners for the files of a mount. mount_setattr(2), "ID-mapped mounts".</summary>
/// <param name="Recursive">Whether the mounts below it are mapped too.</param>
/// <param name="UidMap">Ids of the source to ids of the host; both maps are empty where the container's user namespace is to be taken.</param>
public sealed record MountIdMap(bool Recursive, ImmutableArray<IdMapping> UidMap, ImmutableArray<IdMapping> GidMap);

/// <summary>Attributes to set and to clear in one mount_setattr(2). An access-time mode is cleared as a whole field.</summary>
public readonly record struct AttributeChange(MountAttr Set, MountAttr Clear)
{
    public bool IsEmpty => Set == MountAttr.None && Clear == MountAttr.None;
}

/// <summary>One parameter for fsconfig(2): a flag if <paramref name="Value"/> is null, else a string.</summary>
public readonly record struct FsParameter(KernelString Key, KernelString? Value);
