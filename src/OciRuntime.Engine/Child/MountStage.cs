// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>Carries one mount step out: made detached, given its attributes, attached once, below the root's descriptor.</summary>
internal static class MountStage
{
    /// <param name="readonlyLater">Gets mounts that become read-only when all mount points in them are made.</param>
    public static void Run(Fd root, MountStep step, ChildContext context, List<OwnedFd> readonlyLater)
    {
        try
        {
            switch (step)
            {
                case MountStep.Bind bind:
                    Bind(root, bind, context);
                    break;
                case MountStep.NewFilesystem filesystem:
                    MountNew(root, filesystem, context.Plan.MountLabel, readonlyLater);
                    break;
                case MountStep.Remount remount:
                    Remount(root, remount);
                    break;
                case MountStep.ControlGroups groups:
                    CgroupMountStage.Run(root, groups, context);
                    break;
                default:
                    throw new ContainerException($"no way to carry out {step.GetType().Name}");
            }
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"mounting {Describe(step)}to {step.Target} ({step.Origin}): {e.Message}");
        }
    }

    /// <summary>Makes read-only what had to be writable while mounts and devices were made in it.</summary>
    public static void Seal(List<OwnedFd> mounts)
    {
        foreach (OwnedFd mount in mounts)
        {
            Mounts.SetAttributes(mount.Borrow, "\0"u8, AtFlags.AT_EMPTY_PATH, new MountAttributes { Set = MountAttr.MOUNT_ATTR_RDONLY });
            mount.Dispose();
        }
    }

    /// <summary>A detached mount of a new superblock.</summary>
    public static OwnedFd Make(ReadOnlySpan<byte> type, ReadOnlySpan<byte> source, ImmutableArray<FsParameter> options, MountAttr attributes)
    {
        using OwnedFd context = Mounts.OpenFilesystem(type);
        if (source.Length > 1)
        {
            Mounts.Configure(context.Borrow, "source\0"u8, source);
        }

        foreach (FsParameter option in options)
        {
            Mounts.Configure(context.Borrow, option.Key.Span, option.Value is { } value ? value.Span : default);
        }

        Mounts.Command(context.Borrow, FsConfigCommand.FSCONFIG_CMD_CREATE);
        return Mounts.MountFilesystem(context.Borrow, attributes);
    }

    /// <summary>Gives a mount what its step asks of attributes and propagation: first what is for the whole tree, then what is for itself.</summary>
    public static void SetAttributes(Fd mount, MountStep step)
    {
        SetOwn(mount, step);
        SetPropagation(mount, step);
    }

    private static void Bind(Fd root, MountStep.Bind step, ChildContext context)
    {
        using OwnedFd tree = BindSource.Open(step, context);
        bool isFolder = Files.Status(tree.Borrow).Type == FileType.S_IFDIR;
        using OwnedFd target = MountTarget.Open(root, step.Target, isFolder);
        Change(tree.Borrow, step.RecursiveAttributes, MountPropagation.Unchanged, AtFlags.AT_EMPTY_PATH | AtFlags.AT_RECURSIVE);
        LockedAttributes.Change(tree.Borrow, step);
        Attach(tree.Borrow, target.Borrow, isFolder);

        // move_mount(2) gives a mount that arrives below a shared one a peer group, so the propagation is set where it is then.
        SetPropagation(tree.Borrow, step);
    }

    // move_mount(2) says EINVAL of a file on a folder; clients look for what mount(2) says.
    private static void Attach(Fd tree, Fd target, bool isFolder)
    {
        try
        {
            Mounts.Attach(tree, target);
        }
        catch (LinuxException e) when (e.Errno == Errno.EINVAL && Files.Status(target).Type == FileType.S_IFDIR != isFolder)
        {
            throw new LinuxException("move_mount", Errno.ENOTDIR, "");
        }
    }

    private static void MountNew(Fd root, MountStep.NewFilesystem step, KernelString? label, List<OwnedFd> readonlyLater)
    {
        const MountAttr Readonly = MountAttr.MOUNT_ATTR_RDONLY;
        bool isTmpfs = step.Type.Text.SequenceEqual("tmpfs"u8);
        bool isReadonlyTmpfs = isTmpfs && (step.Attributes.Set & Readonly) != 0;
        MountAttr attributes = isReadonlyTmpfs ? step.Attributes.Set & ~Readonly : step.Attributes.Set;
        ImmutableArray<FsParameter> options = isTmpfs ? WithModeOf(root, step) : step.Options;
        OwnedFd mount = Make(step.Type.Span, step.Source.Span, options, attributes);
        using OwnedFd target = IsKernelFilesystem(step.Type) ? MountTarget.OpenReal(root, step) : MountTarget.Open(root, step.Target, isFolder: true);
        CopyUpStage.Run(step, target.Borrow, mount.Borrow);
        if (label is { } context && step.Type.Text.SequenceEqual("mqueue"u8))
        {
            LabelQueues(mount.Borrow, context);
        }

        Mounts.Attach(mount.Borrow, target.Borrow);
        SetPropagation(mount.Borrow, step);
        if (isReadonlyTmpfs)
        {
            readonlyLater.Add(mount);
        }
        else
        {
            mount.Dispose();
        }
    }

    // The one superblock of the IPC namespace may have its context already, so the folder is labelled. EOPNOTSUPP: the kernel has no SELinux.
    private static void LabelQueues(Fd mount, KernelString label)
    {
        using OwnedFd folder = Files.Open(mount, ".\0"u8, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        Errno errno = ExtendedAttributes.TrySet(folder.Borrow, "security.selinux\0"u8, label.Span);
        if (errno is not (0 or Errno.EOPNOTSUPP))
        {
            throw new LinuxException("fsetxattr security.selinux", errno, label.ToString());
        }
    }

    // As with every peer, a tmpfs over a folder of the image looks like it, unless config.json gives the mode.
    private static ImmutableArray<FsParameter> WithModeOf(Fd root, MountStep.NewFilesystem step)
    {
        const uint Permissions = 0xFFF; // 07777
        foreach (FsParameter option in step.Options)
        {
            if (option.Key.Text.SequenceEqual("mode"u8))
            {
                return step.Options;
            }
        }

        if (RootedPath.TryOpen(root, step.Target.Span, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, out OwnedFd? folder) != 0)
        {
            return step.Options;
        }

        using (folder)
        {
            string mode = Convert.ToString(Files.Status(folder!.Borrow).Mode & Permissions, 8);
            return step.Options.Add(new FsParameter(KernelString.Of("mode"), KernelString.Of(mode)));
        }
    }

    private static void Remount(Fd root, MountStep.Remount step)
    {
        using OwnedFd target = RootedPath.Open(root, step.Target.Span, OpenFlags.O_PATH);
        if (!step.Options.IsEmpty)
        {
            using OwnedFd context = Mounts.PickFilesystem(target.Borrow);
            foreach (FsParameter option in step.Options)
            {
                Mounts.Configure(context.Borrow, option.Key.Span, option.Value is { } value ? value.Span : default);
            }

            Mounts.Command(context.Borrow, FsConfigCommand.FSCONFIG_CMD_RECONFIGURE);
        }

        SetAttributes(target.Borrow, step);
    }

    private static bool IsKernelFilesystem(KernelString type) => type.Text.SequenceEqual("proc"u8) || type.Text.SequenceEqual("sysfs"u8);

    private static void SetOwn(Fd mount, MountStep step)
    {
        Change(mount, step.RecursiveAttributes, MountPropagation.Unchanged, AtFlags.AT_EMPTY_PATH | AtFlags.AT_RECURSIVE);
        Change(mount, step.Attributes, MountPropagation.Unchanged, AtFlags.AT_EMPTY_PATH);
    }

    private static void SetPropagation(Fd mount, MountStep step)
    {
        Change(mount, default, step.RecursivePropagation, AtFlags.AT_EMPTY_PATH | AtFlags.AT_RECURSIVE);
        Change(mount, default, step.Propagation, AtFlags.AT_EMPTY_PATH);
    }

    private static void Change(Fd mount, AttributeChange change, MountPropagation propagation, AtFlags flags)
    {
        if (!change.IsEmpty || propagation != MountPropagation.Unchanged)
        {
            Mounts.SetAttributes(mount, "\0"u8, flags, new MountAttributes { Set = change.Set, Clear = change.Clear, Propagation = propagation });
        }
    }

    private static string Describe(MountStep step) => step switch
    {
        MountStep.Bind bind => $"{bind.Source} ",
        MountStep.NewFilesystem filesystem => $"{filesystem.Type} ",
        MountStep.ControlGroups => "cgroup ",
        _ => "",
    };
}
