// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Mounting;

namespace OciRuntime.Plan.Compile;

internal enum MountOptionKind
{
    /// <summary>Not in the table: a parameter of the file system.</summary>
    Data,

    /// <summary>Known, and nothing to do.</summary>
    Nothing,
    Attribute,
    RecursiveAttribute,
    AccessTime,
    RecursiveAccessTime,
    Propagation,
    RecursivePropagation,
    Superblock,
    Bind,
    RecursiveBind,
    Remount,
    CopyUp,
    IdMap,
}

/// <summary>The words about access times. They name three modes, of which a mount has one.</summary>
internal enum AccessTimeWord
{
    NoAtime,
    Atime,
    Relatime,
    NoRelatime,
    StrictAtime,
    NoStrictAtime,
}

/// <summary>The superblock flags that fsconfig(2) knows as words. fs/fs_context.c.</summary>
[Flags]
internal enum SuperblockFlags : byte
{
    None = 0,
    Ro = 1,
    Sync = 2,
    Dirsync = 4,
    Lazytime = 8,
    Mand = 16,
    All = Ro | Sync | Dirsync | Lazytime | Mand,
}

/// <summary>What one word of a mount's options means.</summary>
internal readonly record struct MountOption(MountOptionKind Kind)
{
    public MountAttr Set { get; init; }
    public MountAttr Clear { get; init; }
    public AccessTimeWord AccessTime { get; init; }
    public MountPropagation Propagation { get; init; }
    public SuperblockFlags SuperblockSet { get; init; }
    public SuperblockFlags SuperblockClear { get; init; }
    public bool IsRecursive { get; init; }
}

/// <summary>config.md, "Linux mount options".</summary>
internal static class MountOptionTable
{
    private const MountAttr RDONLY = MountAttr.MOUNT_ATTR_RDONLY;
    private const MountAttr NOSUID = MountAttr.MOUNT_ATTR_NOSUID;
    private const MountAttr NODEV = MountAttr.MOUNT_ATTR_NODEV;
    private const MountAttr NOEXEC = MountAttr.MOUNT_ATTR_NOEXEC;
    private const MountAttr NODIRATIME = MountAttr.MOUNT_ATTR_NODIRATIME;
    private const MountAttr NOSYMFOLLOW = MountAttr.MOUNT_ATTR_NOSYMFOLLOW;

    internal static MountOption Find(string option) => option switch
    {
        "ro"          => Set(RDONLY) with { SuperblockSet = SuperblockFlags.Ro },
        "rw"          => Clear(RDONLY) with { SuperblockClear = SuperblockFlags.Ro },
        "nosuid"      => Set(NOSUID),
        "suid"        => Clear(NOSUID),
        "nodev"       => Set(NODEV),
        "dev"         => Clear(NODEV),
        "noexec"      => Set(NOEXEC),
        "exec"        => Clear(NOEXEC),
        "nodiratime"  => Set(NODIRATIME),
        "diratime"    => Clear(NODIRATIME),
        "nosymfollow" => Set(NOSYMFOLLOW),
        "symfollow"   => Clear(NOSYMFOLLOW),

        "noatime"       => Time(AccessTimeWord.NoAtime),
        "atime"         => Time(AccessTimeWord.Atime),
        "relatime"      => Time(AccessTimeWord.Relatime),
        "norelatime"    => Time(AccessTimeWord.NoRelatime),
        "strictatime"   => Time(AccessTimeWord.StrictAtime),
        "nostrictatime" => Time(AccessTimeWord.NoStrictAtime),

        "rro"          => RecursiveSet(RDONLY),
        "rrw"          => RecursiveClear(RDONLY),
        "rnosuid"      => RecursiveSet(NOSUID),
        "rsuid"        => RecursiveClear(NOSUID),
        "rnodev"       => RecursiveSet(NODEV),
        "rdev"         => RecursiveClear(NODEV),
        "rnoexec"      => RecursiveSet(NOEXEC),
        "rexec"        => RecursiveClear(NOEXEC),
        "rnodiratime"  => RecursiveSet(NODIRATIME),
        "rdiratime"    => RecursiveClear(NODIRATIME),
        "rnosymfollow" => RecursiveSet(NOSYMFOLLOW),
        "rsymfollow"   => RecursiveClear(NOSYMFOLLOW),

        "rnoatime"       => RecursiveTime(AccessTimeWord.NoAtime),
        "ratime"         => RecursiveTime(AccessTimeWord.Atime),
        "rrelatime"      => RecursiveTime(AccessTimeWord.Relatime),
        "rnorelatime"    => RecursiveTime(AccessTimeWord.NoRelatime),
        "rstrictatime"   => RecursiveTime(AccessTimeWord.StrictAtime),
        "rnostrictatime" => RecursiveTime(AccessTimeWord.NoStrictAtime),

        "shared"      => Propagate(MountPropagation.MS_SHARED),
        "slave"       => Propagate(MountPropagation.MS_SLAVE),
        "private"     => Propagate(MountPropagation.MS_PRIVATE),
        "unbindable"  => Propagate(MountPropagation.MS_UNBINDABLE),
        "rshared"     => PropagateBelow(MountPropagation.MS_SHARED),
        "rslave"      => PropagateBelow(MountPropagation.MS_SLAVE),
        "rprivate"    => PropagateBelow(MountPropagation.MS_PRIVATE),
        "runbindable" => PropagateBelow(MountPropagation.MS_UNBINDABLE),

        "sync"       => Superblock(SuperblockFlags.Sync, SuperblockFlags.None),
        "async"      => Superblock(SuperblockFlags.None, SuperblockFlags.Sync),
        "dirsync"    => Superblock(SuperblockFlags.Dirsync, SuperblockFlags.None),
        "lazytime"   => Superblock(SuperblockFlags.Lazytime, SuperblockFlags.None),
        "nolazytime" => Superblock(SuperblockFlags.None, SuperblockFlags.Lazytime),
        "mand"       => Superblock(SuperblockFlags.Mand, SuperblockFlags.None),
        "nomand"     => Superblock(SuperblockFlags.None, SuperblockFlags.Mand),

        // fsconfig(2) has no word for these: file systems with inode versions always keep them, and a parameter that
        // the kernel does not know fails in silence or aloud only with mount(2).
        "defaults" or "silent" or "loud" or "iversion" or "noiversion" => new(MountOptionKind.Nothing),

        "bind"              => new(MountOptionKind.Bind),
        "rbind"             => new(MountOptionKind.RecursiveBind),
        "remount"           => new(MountOptionKind.Remount),
        "tmpcopyup"         => new(MountOptionKind.CopyUp),
        "idmap"             => new(MountOptionKind.IdMap),
        "ridmap"            => new(MountOptionKind.IdMap) { IsRecursive = true },

        _ => new(MountOptionKind.Data),
    };

    /// <summary>
    /// Whether all mounts of a file system, the host's among them, are of one superblock, or of one for each namespace: then its
    /// flags are not the container's to change.
    /// </summary>
    internal static bool SharesSuperblock(string type) => type is
        "proc" or "sysfs" or "cgroup" or "cgroup2" or "mqueue" or "devpts" or "devtmpfs" or "bpf" or "debugfs" or "tracefs"
        or "securityfs" or "configfs" or "pstore" or "efivarfs" or "fusectl" or "binfmt_misc" or "selinuxfs" or "smackfs"
        or "resctrl" or "rpc_pipefs" or "nfsd" or "functionfs";

    private static MountOption Set(MountAttr attribute) => new(MountOptionKind.Attribute) { Set = attribute };

    private static MountOption Clear(MountAttr attribute) => new(MountOptionKind.Attribute) { Clear = attribute };

    private static MountOption RecursiveSet(MountAttr attribute) => new(MountOptionKind.RecursiveAttribute) { Set = attribute };

    private static MountOption RecursiveClear(MountAttr attribute) => new(MountOptionKind.RecursiveAttribute) { Clear = attribute };

    private static MountOption Time(AccessTimeWord word) => new(MountOptionKind.AccessTime) { AccessTime = word };

    private static MountOption RecursiveTime(AccessTimeWord word) => new(MountOptionKind.RecursiveAccessTime) { AccessTime = word };

    private static MountOption Propagate(MountPropagation type) => new(MountOptionKind.Propagation) { Propagation = type };

    private static MountOption PropagateBelow(MountPropagation type) => new(MountOptionKind.RecursivePropagation) { Propagation = type };

    private static MountOption Superblock(SuperblockFlags set, SuperblockFlags clear) =>
        new(MountOptionKind.Superblock) { SuperblockSet = set, SuperblockClear = clear };
}
