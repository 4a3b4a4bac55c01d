// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Mounting;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>The options of one mount, read from left to right: a later word undoes what an earlier one said.</summary>
internal sealed class MountOptions
{
    private enum AccessTimeMode
    {
        Unchanged,
        Relative,
        None,
        Strict,
    }

    private MountAttr _set;
    private MountAttr _clear;
    private AccessTimeMode _accessTime;
    private MountAttr _recursiveSet;
    private MountAttr _recursiveClear;
    private AccessTimeMode _recursiveAccessTime;
    private SuperblockFlags _superblockSet;
    private SuperblockFlags _superblockClear;
    private List<FsParameter>? _data;

    internal bool IsBind { get; private set; }
    internal bool IsRecursiveBind { get; private set; }
    internal bool IsRemount { get; private set; }
    internal MountPropagation Propagation { get; private set; }
    internal MountPropagation RecursivePropagation { get; private set; }

    /// <summary>The first option that is a parameter of the file system, by its index, or -1.</summary>
    internal int FirstData { get; private set; } = -1;

    /// <summary>Of tmpcopyup, or -1.</summary>
    internal int CopyUpIndex { get; private set; } = -1;

    /// <summary>Of the last of idmap and ridmap, or -1.</summary>
    internal int IdMapIndex { get; private set; } = -1;

    internal bool IsIdMapRecursive { get; private set; }

    /// <summary>Whether any word is about the mount's own attributes.</summary>
    internal bool HasAttributes { get; private set; }

    /// <summary>Of a mount that has attributes already.</summary>
    /// <remarks>
    /// As with mount(2), its access times are changed as a whole or not at all: nodiratime alone makes it relatime, and the words that only
    /// take back leave it as it is.
    /// </remarks>
    internal AttributeChange Attributes
    {
        get
        {
            const MountAttr Nodiratime = MountAttr.MOUNT_ATTR_NODIRATIME;
            bool isTimeGiven = _accessTime != AccessTimeMode.Unchanged || (_set & Nodiratime) != 0;
            AccessTimeMode mode = isTimeGiven && _accessTime == AccessTimeMode.Unchanged ? AccessTimeMode.Relative : _accessTime;
            MountAttr clear = isTimeGiven ? (_clear | Nodiratime) & ~_set : _clear & ~Nodiratime;
            return Change(_set, clear, mode);
        }
    }

    /// <summary>Of a bind: attributes that its source may have, and that no word asks for.</summary>
    internal MountAttr ImpliedClear
    {
        get
        {
            const MountAttr All = MountAttr.MOUNT_ATTR_RDONLY | MountAttr.MOUNT_ATTR_NOSUID | MountAttr.MOUNT_ATTR_NODEV
                | MountAttr.MOUNT_ATTR_NOEXEC | MountAttr.MOUNT_ATTR_NOSYMFOLLOW;
            return HasAttributes ? All & ~(_set | _clear | _recursiveSet) : MountAttr.None;
        }
    }

    internal AttributeChange RecursiveAttributes => Change(_recursiveSet, _recursiveClear, _recursiveAccessTime);

    /// <summary>Of a mount that is new and has none below it: there is nothing to clear, and recursion reaches itself only.</summary>
    internal AttributeChange AttributesOfNew
    {
        get
        {
            AccessTimeMode mode = _accessTime == AccessTimeMode.Unchanged ? _recursiveAccessTime : _accessTime;
            AttributeChange change = Change((_recursiveSet & ~_clear) | _set, MountAttr.None, mode);
            return mode == AccessTimeMode.Relative ? change with { Clear = MountAttr.None } : change;
        }
    }

    internal static MountOptions Read(ImmutableArray<string> options, string origin, List<SpecError> errors)
    {
        MountOptions read = new();
        for (int i = 0; i < options.Length; i++)
        {
            read.Add(options[i], i, origin, errors);
        }

        return read;
    }

    /// <summary>The parameters for fsconfig(2), the superblock's flags first, of which only some may be set or cleared.</summary>
    internal ImmutableArray<FsParameter> Parameters(SuperblockFlags settable, SuperblockFlags clearable)
    {
        SuperblockFlags set = _superblockSet & settable;
        SuperblockFlags clear = _superblockClear & clearable;
        if (set == SuperblockFlags.None && clear == SuperblockFlags.None && _data is null)
        {
            return [];
        }

        ImmutableArray<FsParameter>.Builder parameters = ImmutableArray.CreateBuilder<FsParameter>(_data?.Count ?? 0);
        AddWord(parameters, "ro", set, SuperblockFlags.Ro);
        AddWord(parameters, "rw", clear, SuperblockFlags.Ro);
        AddWord(parameters, "sync", set, SuperblockFlags.Sync);
        AddWord(parameters, "async", clear, SuperblockFlags.Sync);
        AddWord(parameters, "dirsync", set, SuperblockFlags.Dirsync);
        AddWord(parameters, "lazytime", set, SuperblockFlags.Lazytime);
        AddWord(parameters, "nolazytime", clear, SuperblockFlags.Lazytime);
        AddWord(parameters, "mand", set, SuperblockFlags.Mand);
        AddWord(parameters, "nomand", clear, SuperblockFlags.Mand);
        if (_data is not null)
        {
            parameters.AddRange(_data);
        }

        return parameters.DrainToImmutable();
    }

    private static void AddWord(ImmutableArray<FsParameter>.Builder parameters, string word, SuperblockFlags flags, SuperblockFlags flag)
    {
        if ((flags & flag) != 0)
        {
            parameters.Add(new FsParameter(KernelString.Of(word), null));
        }
    }

    private void Add(string text, int index, string origin, List<SpecError> errors)
    {
        MountOption option = MountOptionTable.Find(text);
        switch (option.Kind)
        {
            case MountOptionKind.Attribute:
                HasAttributes = true;
                _set = (_set & ~option.Clear) | option.Set;
                _clear = (_clear & ~option.Set) | option.Clear;
                AddSuperblock(option);
                break;
            case MountOptionKind.RecursiveAttribute:
                _recursiveSet = (_recursiveSet & ~option.Clear) | option.Set;
                _recursiveClear = (_recursiveClear & ~option.Set) | option.Clear;
                _set &= ~(option.Set | option.Clear);
                _clear &= ~(option.Set | option.Clear);
                break;
            case MountOptionKind.AccessTime:
                HasAttributes = true;
                _accessTime = Next(_accessTime, option.AccessTime);
                break;
            case MountOptionKind.RecursiveAccessTime:
                _recursiveAccessTime = NextRecursive(_recursiveAccessTime, option.AccessTime);
                _accessTime = AccessTimeMode.Unchanged;
                break;
            case MountOptionKind.Superblock:
                AddSuperblock(option);
                break;
            default:
                AddRest(option, text, index, origin, errors);
                break;
        }
    }

    private void AddRest(MountOption option, string text, int index, string origin, List<SpecError> errors)
    {
        switch (option.Kind)
        {
            case MountOptionKind.Propagation:
                Propagation = option.Propagation;
                break;
            case MountOptionKind.RecursivePropagation:
                RecursivePropagation = option.Propagation;
                Propagation = MountPropagation.Unchanged;
                break;
            case MountOptionKind.Bind:
                IsBind = true;
                break;
            case MountOptionKind.RecursiveBind:
                IsBind = true;
                IsRecursiveBind = true;
                break;
            case MountOptionKind.Remount:
                IsRemount = true;
                break;
            case MountOptionKind.CopyUp:
                CopyUpIndex = index;
                break;
            case MountOptionKind.IdMap:
                IdMapIndex = index;
                IsIdMapRecursive = option.IsRecursive;
                break;
            case MountOptionKind.Data:
                AddData(text, index, origin, errors);
                break;
            default:
                break;
        }
    }

    private void AddSuperblock(MountOption option)
    {
        _superblockSet = (_superblockSet & ~option.SuperblockClear) | option.SuperblockSet;
        _superblockClear = (_superblockClear & ~option.SuperblockSet) | option.SuperblockClear;
    }

    private void AddData(string text, int index, string origin, List<SpecError> errors)
    {
        // An empty option asks for nothing.
        if (text.Length == 0)
        {
            return;
        }

        FirstData = FirstData < 0 ? index : FirstData;
        _data ??= [];
        if (MountData.Split(text, _data) is { } rule)
        {
            Refuse.Value(errors, Refuse.At(origin + "/options", index), text, rule);
        }
    }

    private static AttributeChange Change(MountAttr set, MountAttr clear, AccessTimeMode mode) => mode switch
    {
        AccessTimeMode.Relative => new(set, clear | MountAttr.MOUNT_ATTR__ATIME),
        AccessTimeMode.None => new(set | MountAttr.MOUNT_ATTR_NOATIME, clear | MountAttr.MOUNT_ATTR__ATIME),
        AccessTimeMode.Strict => new(set | MountAttr.MOUNT_ATTR_STRICTATIME, clear | MountAttr.MOUNT_ATTR__ATIME),
        _ => new(set, clear),
    };

    // The negative words take back what an earlier word said, and say nothing by themselves: as with mount(2), which has no bit for them.
    private static AccessTimeMode Next(AccessTimeMode mode, AccessTimeWord word) => word switch
    {
        AccessTimeWord.NoAtime => AccessTimeMode.None,
        AccessTimeWord.Relatime => AccessTimeMode.Relative,
        AccessTimeWord.StrictAtime => AccessTimeMode.Strict,
        AccessTimeWord.Atime => mode == AccessTimeMode.None ? AccessTimeMode.Unchanged : mode,
        AccessTimeWord.NoRelatime => mode == AccessTimeMode.Relative ? AccessTimeMode.Unchanged : mode,
        _ => mode == AccessTimeMode.Strict ? AccessTimeMode.Unchanged : mode,
    };

    // The negative words take back only what they name; the kernel's mode without any word is relatime.
    private static AccessTimeMode NextRecursive(AccessTimeMode mode, AccessTimeWord word) => word switch
    {
        AccessTimeWord.NoAtime => AccessTimeMode.None,
        AccessTimeWord.Atime => mode == AccessTimeMode.Strict ? mode : AccessTimeMode.Relative,
        AccessTimeWord.Relatime => AccessTimeMode.Relative,
        AccessTimeWord.NoRelatime => mode == AccessTimeMode.Relative ? AccessTimeMode.Unchanged : mode,
        AccessTimeWord.StrictAtime => AccessTimeMode.Strict,
        _ => mode == AccessTimeMode.None ? mode : AccessTimeMode.Relative,
    };
}
