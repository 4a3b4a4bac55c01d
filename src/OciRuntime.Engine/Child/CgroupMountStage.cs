// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>The control groups inside the container.</summary>
internal static class CgroupMountStage
{
    private const uint FolderMode = 0x1ED; // 0755

    public static void Run(Fd root, MountStep.ControlGroups step, ChildContext context)
    {
        bool ownNamespace = context.Plan.Namespaces.IsOwn(CloneFlags.CLONE_NEWCGROUP);
        using OwnedFd target = MountTarget.Open(root, step.Target, isFolder: true);
        bool isVersion2 = context.Cgroups.Layout == CgroupLayout.V2 && (ownNamespace || !context.Cgroups.Folders.IsEmpty);
        KernelString? label = context.Plan.MountLabel;

        // A container without a group of its own has nothing to see: an empty folder.
        using OwnedFd mount = isVersion2
            ? MakeUnified(context, ownNamespace)
            : MountStage.Make("tmpfs\0"u8, "cgroup\0"u8, Folder(label), Writable(step));
        Mounts.Attach(mount.Borrow, target.Borrow);
        if (!isVersion2)
        {
            MountHierarchies(mount.Borrow, context.Cgroups, step, ownNamespace);
        }

        MountStage.SetAttributes(mount.Borrow, step);
    }

    private static ImmutableArray<FsParameter> Folder(KernelString? label)
    {
        FsParameter mode = new(KernelString.Of("mode"), KernelString.Of("755"));
        return label is null ? [mode] : [mode, new FsParameter(KernelString.Of("context"), label)];
    }

    private static MountAttr Writable(MountStep.ControlGroups step) => step.Attributes.Set & ~MountAttr.MOUNT_ATTR_RDONLY;

    private static void MountHierarchies(Fd tmpfs, CgroupPlacement cgroups, MountStep.ControlGroups step, bool ownNamespace)
    {
        for (int i = 0; i < cgroups.Hierarchies.Count; i++)
        {
            string mountPoint = cgroups.Hierarchies[i].MountPoint;
            KernelString name = KernelString.Of(mountPoint.AsSpan(mountPoint.LastIndexOf('/') + 1));
            Errno made = Folders.TryMakeDirectory(tmpfs, name.Span, FolderMode);
            if (made != 0)
            {
                throw new LinuxException("mkdirat", made, name.ToString());
            }

            using OwnedFd folder = Files.Open(tmpfs, name.Span, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW);
            using OwnedFd mount = MakeHierarchy(cgroups, i, ownNamespace);
            Mounts.Attach(mount.Borrow, folder.Borrow);
            MountStage.SetAttributes(mount.Borrow, step);
            LinkControllers(tmpfs, cgroups.Hierarchies[i].Controllers, name);
        }
    }

    private static OwnedFd MakeUnified(ChildContext context, bool ownNamespace)
    {
        if (!ownNamespace)
        {
            return BindHosts(context.Plan.Namespaces);
        }

        try
        {
            return MountStage.Make("cgroup2\0"u8, "cgroup\0"u8, [], MountAttr.None);
        }
        catch (LinuxException e) when (e.Errno is Errno.EPERM or Errno.EBUSY && !context.Cgroups.Folders.IsEmpty)
        {
            // A namespace of others, which this user namespace does not own: what a new mount would have shown is bound.
            return Mounts.CloneTree(Fd.CurrentDirectory, KernelString.Of(context.Cgroups.Folders[0]).Span, recursive: false);
        }
    }

    // As with every peer, without a cgroup namespace the container sees the host's tree, where /proc/self/cgroup says that it is. A new mount
    // would be the same, and take options such as nsdelegate from the host's: the kernel lets mounts from its first namespace set them.
    private static OwnedFd BindHosts(NamespacePlan namespaces)
    {
        OwnedFd tree = Mounts.CloneTree(Fd.CurrentDirectory, "/sys/fs/cgroup\0"u8, recursive: true);
        if (namespaces.IsOwn(CloneFlags.CLONE_NEWUSER))
        {
            // Its owner may be who owns groups of the host, outside of the container's (CVE-2023-25809).
            MountAttributes readOnly = new() { Set = MountAttr.MOUNT_ATTR_RDONLY };
            Mounts.SetAttributes(tree.Borrow, "\0"u8, AtFlags.AT_EMPTY_PATH | AtFlags.AT_RECURSIVE, readOnly);
        }

        return tree;
    }

    // In a cgroup namespace a new mount shows the container's group as its root; without one, the folder itself is bound.
    private static OwnedFd MakeHierarchy(CgroupPlacement cgroups, int index, bool ownNamespace)
    {
        if (!ownNamespace)
        {
            return Mounts.CloneTree(Fd.CurrentDirectory, KernelString.Of(cgroups.Folders[index]).Span, recursive: false);
        }

        CgroupHierarchy hierarchy = cgroups.Hierarchies[index];
        return hierarchy.IsVersion2
            ? MountStage.Make("cgroup2\0"u8, "cgroup\0"u8, [], MountAttr.None)
            : MountStage.Make("cgroup\0"u8, "cgroup\0"u8, Parameters(hierarchy.Controllers), MountAttr.None);
    }

    // cgroups(7): a named hierarchy has no controllers, which must be said.
    private static ImmutableArray<FsParameter> Parameters(string controllers)
    {
        ImmutableArray<FsParameter>.Builder parameters = ImmutableArray.CreateBuilder<FsParameter>();
        foreach (Range part in controllers.AsSpan().Split(','))
        {
            ReadOnlySpan<char> controller = controllers.AsSpan(part);
            int equals = controller.IndexOf('=');
            if (equals < 0)
            {
                parameters.Add(new FsParameter(KernelString.Of(controller), null));
                continue;
            }

            parameters.Add(new FsParameter(KernelString.Of("none"), null));
            parameters.Add(new FsParameter(KernelString.Of(controller[..equals]), KernelString.Of(controller[(equals + 1)..])));
        }

        return parameters.DrainToImmutable();
    }

    // Controllers that are mounted together are found under each name: cpu and cpuacct beside cpu,cpuacct.
    private static void LinkControllers(Fd tmpfs, string controllers, KernelString folder)
    {
        if (!controllers.Contains(',', StringComparison.Ordinal))
        {
            return;
        }

        foreach (Range part in controllers.AsSpan().Split(','))
        {
            // EEXIST: the folder itself has that name.
            _ = Folders.TryMakeSymbolicLink(folder.Span, tmpfs, KernelString.Of(controllers.AsSpan(part)).Span);
        }
    }
}
