// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>Read-only paths, and masked ones: files become /dev/null, folders an empty read-only one. Paths that are missing are left out.</summary>
internal static class MaskStage
{
    public static void Run(Fd root, ContainerPlan plan)
    {
        foreach (KernelString path in plan.ReadonlyPaths)
        {
            Guard(root, path, "read-only", MakeReadonly);
        }

        if (plan.MaskedPaths.IsEmpty)
        {
            return;
        }

        using OwnedFd nothing = OpenNullDevice(root);
        using EmptyFolder empty = new(plan.MountLabel);
        foreach (KernelString path in plan.MaskedPaths)
        {
            Guard(root, path, "masked", target => Mask(target, nothing.Borrow, empty));
        }
    }

    private static void Guard(Fd root, KernelString path, string what, Action<Fd> change)
    {
        try
        {
            Errno errno = RootedPath.TryOpen(root, path.Span, OpenFlags.O_PATH, out OwnedFd? target);
            using (target)
            {
                if (target is not null)
                {
                    change(target.Borrow);
                }
                else if (errno is not (Errno.ENOENT or Errno.ENOTDIR))
                {
                    throw new LinuxException("openat2", errno, path.ToString());
                }
            }
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"making {path} {what}: {e.Message}");
        }
    }

    private static void MakeReadonly(Fd target)
    {
        using OwnedFd tree = Mounts.CloneTree(target, "\0"u8, recursive: true);
        Mounts.SetAttributes(tree.Borrow, "\0"u8, AtFlags.AT_EMPTY_PATH, new MountAttributes { Set = MountAttr.MOUNT_ATTR_RDONLY });
        Mounts.Attach(tree.Borrow, target);
    }

    private static void Mask(Fd target, Fd nullDevice, EmptyFolder empty)
    {
        if (Files.Status(target).Type == FileType.S_IFDIR)
        {
            empty.Attach(target);
            return;
        }

        using OwnedFd mask = Mounts.CloneTree(nullDevice, "\0"u8, recursive: false);
        Mounts.Attach(mask.Borrow, target);
    }

    // Prove that this is the null device before it covers anything: the image could have put another file there (CVE-2025-31133).
    private static OwnedFd OpenNullDevice(Fd root)
    {
        OwnedFd file = RootedPath.Open(root, "/dev/null\0"u8, OpenFlags.O_PATH | OpenFlags.O_NOFOLLOW);
        FileStatus status = Files.Status(file.Borrow);
        if (status.Type != FileType.S_IFCHR || status.NodeMajor != 1 || status.NodeMinor != 3)
        {
            throw new ContainerException("masking paths: /dev/null of the container is not the null device (character 1:3)");
        }

        return file;
    }

    /// <summary>One empty read-only folder, made when the first is needed, that covers every masked folder.</summary>
    private sealed class EmptyFolder(KernelString? label) : IDisposable
    {
        private OwnedFd? _mount;

        public void Attach(Fd target)
        {
            if (_mount is null)
            {
                _mount = Make();
                Mounts.Attach(_mount.Borrow, target);
                return;
            }

            // open_tree(2): before Linux 6.15 only what is attached can be cloned, and the first one is.
            using OwnedFd copy = Mounts.CloneTree(_mount.Borrow, "\0"u8, recursive: false);
            Mounts.Attach(copy.Borrow, target);
        }

        public void Dispose() => _mount?.Dispose();

        private OwnedFd Make() => MountStage.Make(
            "tmpfs\0"u8,
            "tmpfs\0"u8,
            [Parameter("nr_blocks", "1"), Parameter("nr_inodes", "1"), .. Label()],
            MountAttr.MOUNT_ATTR_RDONLY | MountAttr.MOUNT_ATTR_NOSUID | MountAttr.MOUNT_ATTR_NODEV | MountAttr.MOUNT_ATTR_NOEXEC);

        private FsParameter[] Label() => label is { } context ? [new FsParameter(KernelString.Of("context"), context)] : [];

        private static FsParameter Parameter(string key, string value) => new(KernelString.Of(key), KernelString.Of(value));
    }
}
