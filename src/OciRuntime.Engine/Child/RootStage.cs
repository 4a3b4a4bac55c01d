// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>The container's root mount: made, and made the root of the process.</summary>
internal static class RootStage
{
    /// <summary>
    /// A container without a mount namespace is in the runtime's, but its mounts must not be: nobody would ever unmount them. They are made in a
    /// passing namespace.
    /// </summary>
    /// <returns>The runtime's; null where the container has one of its own.</returns>
    public static OwnedFd? LeaveInherited(NamespacePlan namespaces)
    {
        if (namespaces.IsOwn(CloneFlags.CLONE_NEWNS))
        {
            return null;
        }

        OwnedFd inherited = Files.Open(Fd.CurrentDirectory, "/proc/self/ns/mnt\0"u8, OpenFlags.O_RDONLY);
        Namespaces.Unshare(CloneFlags.CLONE_NEWNS);
        return inherited;
    }

    /// <summary>Cuts the mount namespace off from the host's, and mounts the root file system.</summary>
    /// <returns>The root mount: from here on paths of the container are resolved below this descriptor only.</returns>
    public static OwnedFd Open(RootPlan root)
    {
        // mount_namespaces(7): what is mounted here must not appear on the host. An unbindable mount could not be cloned: that comes last.
        MountPropagation propagation = root.Propagation == MountPropagation.MS_UNBINDABLE ? MountPropagation.MS_PRIVATE : root.Propagation;
        Mounts.SetAttributes(Fd.CurrentDirectory, "/\0"u8, AtFlags.AT_RECURSIVE, new MountAttributes { Propagation = propagation });
        try
        {
            OwnedFd tree = Mounts.CloneTree(Fd.CurrentDirectory, root.Path.Span, recursive: true);
            if (propagation == MountPropagation.MS_SHARED)
            {
                MakeParentPrivate(root.Path);
            }

            using OwnedFd place = Files.Open(Fd.CurrentDirectory, root.Path.Span, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
            Mounts.Attach(tree.Borrow, place.Borrow);
            if (propagation == MountPropagation.MS_SHARED)
            {
                // pivot_root(2): the new root must not be shared while it moves.
                Mounts.SetAttributes(tree.Borrow, "\0"u8, AtFlags.AT_EMPTY_PATH, new MountAttributes { Propagation = MountPropagation.MS_PRIVATE });
            }

            return tree;
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"mounting the root file system {root.Path} (/root/path): {e.Message}");
        }
    }

    /// <summary>Makes the container's root the root of this process, and lets go of the host's.</summary>
    /// <param name="inherited">The runtime's mount namespace, to go back to.</param>
    public static void Enter(Fd root, RootPlan plan, OwnedFd? inherited, bool noPivot)
    {
        if (plan.Readonly)
        {
            Mounts.SetAttributes(root, "\0"u8, AtFlags.AT_EMPTY_PATH, new MountAttributes { Set = MountAttr.MOUNT_ATTR_RDONLY });
        }

        if (inherited is not null)
        {
            ReturnTo(inherited.Borrow, root);
            return;
        }

        if (noPivot)
        {
            MoveToRoot(root, plan.Path.ToString());
        }
        else
        {
            Pivot(root);
        }

        if (plan.Propagation is MountPropagation.MS_SHARED or MountPropagation.MS_UNBINDABLE)
        {
            Mounts.SetAttributes(Fd.CurrentDirectory, "/\0"u8, AtFlags.None, new MountAttributes { Propagation = plan.Propagation });
        }
    }

    // open_tree(2): a clone is in nobody's tree of mounts; it lasts as long as a process has its root there.
    private static void ReturnTo(Fd inherited, Fd root)
    {
        using OwnedFd tree = Mounts.CloneTree(root, "\0"u8, recursive: true);
        Namespaces.Join(inherited, CloneFlags.CLONE_NEWNS);
        Processes.ChangeDirectory(tree.Borrow);
        Mounts.ChangeRoot(".\0"u8);
    }

    // pivot_root(2), NOTES: with "." for both the old root lands on top of the new one, and can be detached without a place for it.
    private static void Pivot(Fd root)
    {
        using OwnedFd oldRoot = Files.Open(Fd.CurrentDirectory, "/\0"u8, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        Processes.ChangeDirectory(root);
        Mounts.PivotRootToCurrentDirectory();

        // The unmount must not propagate to the host: slave, not private, because mounts may still be in use by others.
        Processes.ChangeDirectory(oldRoot.Borrow);
        Mounts.SetAttributes(oldRoot.Borrow, "\0"u8, AtFlags.AT_EMPTY_PATH | AtFlags.AT_RECURSIVE, new MountAttributes { Propagation = MountPropagation.MS_SLAVE });
        Mounts.Detach(".\0"u8);
        Change("/\0"u8);
    }

    // Where the root is the initramfs pivot_root can't: then the tree is moved onto /. The host's procfs and sysfs would stay reachable
    // by mounting them anew in a user namespace (mount_too_revealing looks for one that is fully visible), so they go first.
    private static void MoveToRoot(Fd root, string path)
    {
        DetachVisible(path);
        using OwnedFd place = Files.Open(Fd.CurrentDirectory, "/\0"u8, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        Processes.ChangeDirectory(root);
        Mounts.Attach(root, place.Borrow);
        Mounts.ChangeRoot(".\0"u8);
        Change("/\0"u8);
    }

    private static void DetachVisible(string rootPath)
    {
        // Read first, for one of those that go is where it is read from; and the last first, for some lie on others.
        List<MountTable.Entry> mounts = MountTable.Read();
        mounts.Reverse();
        foreach (MountTable.Entry mount in mounts)
        {
            if (mount.Type is "proc" or "sysfs" && !mount.MountPoint.StartsWith($"{rootPath}/", StringComparison.Ordinal))
            {
                KernelString path = KernelString.Of(mount.MountPoint);
                Mounts.SetAttributes(Fd.CurrentDirectory, path.Span, AtFlags.AT_RECURSIVE, new MountAttributes { Propagation = MountPropagation.MS_SLAVE });
                Mounts.Detach(path.Span);
            }
        }
    }

    // pivot_root(2): the mount that holds the new root's mount point must not be shared either.
    private static void MakeParentPrivate(KernelString path)
    {
        ulong id = Files.Status(Fd.CurrentDirectory, path.Span).MountId;
        KernelString parent = KernelString.Of(MountTable.Read().Find(mount => mount.Id == id).MountPoint ?? "/");
        Mounts.SetAttributes(Fd.CurrentDirectory, parent.Span, AtFlags.None, new MountAttributes { Propagation = MountPropagation.MS_PRIVATE });
    }

    private static void Change(ReadOnlySpan<byte> path)
    {
        Errno errno = Processes.TryChangeDirectory(path);
        if (errno != 0)
        {
            throw new LinuxException("chdir", errno, Encoding.UTF8.GetString(path[..^1]));
        }
    }
}
