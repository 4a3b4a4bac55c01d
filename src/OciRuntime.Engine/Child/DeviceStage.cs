// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>Device nodes, and the links that programs expect in /dev. config-linux.md, "Default Devices"; config.md, "Default symbolic links".</summary>
internal static class DeviceStage
{
    private const int NameBuffer = 4096;

    public static void Run(Fd root, ContainerPlan plan)
    {
        // Somebody else's /dev, bound as a whole, is complete, and not ours to change.
        if (IsDevBound(plan))
        {
            return;
        }

        bool inUserNamespace = plan.Namespaces.IsOwn(CloneFlags.CLONE_NEWUSER);
        foreach (DevicePlan device in plan.Devices)
        {
            if (device.Path.Text.SequenceEqual("/dev/ptmx"u8))
            {
                // The link below stands there whatever config.json says.
                continue;
            }

            try
            {
                Make(root, device, inUserNamespace);
            }
            catch (LinuxException e)
            {
                throw new ContainerException($"making the device {device.Path} ({device.Origin}): {e.Message}");
            }
        }

        MakeLinks(root);
    }

    private static bool IsDevBound(ContainerPlan plan)
    {
        foreach (MountStep step in plan.Mounts)
        {
            if (step is MountStep.Bind && step.Target.Text.SequenceEqual("/dev"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static void Make(Fd root, DevicePlan device, bool inUserNamespace)
    {
        using OwnedFd folder = RootedPath.MakeParent(root, device.Path.Span, stackalloc byte[NameBuffer], out ReadOnlySpan<byte> name);
        if (inUserNamespace && (device.Mode & FileType.S_IFMT) != FileType.S_IFIFO)
        {
            Bind(folder.Borrow, name, device);
            return;
        }

        Errno errno = Folders.TryMakeNode(folder.Borrow, name, device.Mode, device.Major, device.Minor);
        if (errno == Errno.EPERM)
        {
            // So it is too where the runtime itself is in a user namespace.
            Bind(folder.Borrow, name, device);
            return;
        }

        if (errno == Errno.EEXIST)
        {
            Check(folder.Borrow, name, device);
        }
        else if (errno != 0)
        {
            throw new LinuxException("mknodat", errno, device.Path.ToString());
        }

        if (device.Uid != 0 || device.Gid != 0)
        {
            errno = Folders.TryChangeOwner(folder.Borrow, name, device.Uid, device.Gid, AtFlags.AT_SYMLINK_NOFOLLOW);
            if (errno != 0)
            {
                throw new LinuxException("fchownat", errno, device.Path.ToString());
            }
        }
    }

    // config-linux.md, "Devices": a file that exists and is not the requested device is an error.
    private static void Check(Fd folder, ReadOnlySpan<byte> name, DevicePlan device)
    {
        if (!IsSame(Files.Status(folder, name, AtFlags.AT_SYMLINK_NOFOLLOW), device))
        {
            throw new ContainerException(
                $"making the device {device.Path} ({device.Origin}): the image has something else there: {ErrnoText.Of(Errno.EEXIST)}");
        }
    }

    private static bool IsSame(FileStatus status, DevicePlan device)
    {
        uint type = device.Mode & FileType.S_IFMT;
        return status.Type == type && (type == FileType.S_IFIFO || (status.NodeMajor == device.Major && status.NodeMinor == device.Minor));
    }

    // user_namespaces(7): nobody may make nodes there, so the host's own is bound.
    private static void Bind(Fd folder, ReadOnlySpan<byte> name, DevicePlan device)
    {
        const uint FileMode = 0x1B6; // 0666
        using OwnedFd tree = Mounts.CloneTree(Fd.CurrentDirectory, device.Path.Span, recursive: false);
        if (!IsSame(Files.Status(tree.Borrow), device))
        {
            throw new ContainerException($"making the device {device.Path} ({device.Origin}): a user namespace gets the host's, and that is another device");
        }

        using OwnedFd target = Files.Open(folder, name, OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW | OpenFlags.O_RDONLY, FileMode);
        Mounts.Attach(tree.Borrow, target.Borrow);
    }

    private static void MakeLinks(Fd root)
    {
        using OwnedFd dev = RootedPath.MakeDirectories(root, "/dev\0"u8, 0x1ED /* 0755 */);
        Link(dev.Borrow, "/proc/self/fd\0"u8, "fd\0"u8);
        Link(dev.Borrow, "/proc/self/fd/0\0"u8, "stdin\0"u8);
        Link(dev.Borrow, "/proc/self/fd/1\0"u8, "stdout\0"u8);
        Link(dev.Borrow, "/proc/self/fd/2\0"u8, "stderr\0"u8);
        if (Files.TryStatus(Fd.CurrentDirectory, "/proc/kcore\0"u8, AtFlags.None, out _) == 0)
        {
            Link(dev.Borrow, "/proc/kcore\0"u8, "core\0"u8);
        }

        // config-linux.md: /dev/ptmx is the container's own, whatever the image has there.
        _ = Folders.TryRemove(dev.Borrow, "ptmx\0"u8);
        Link(dev.Borrow, "pts/ptmx\0"u8, "ptmx\0"u8);
    }

    private static void Link(Fd folder, ReadOnlySpan<byte> target, ReadOnlySpan<byte> name)
    {
        Errno errno = Folders.TryMakeSymbolicLink(target, folder, name);
        if (errno is not (0 or Errno.EEXIST))
        {
            throw new LinuxException("making the links in /dev: symlinkat", errno, System.Text.Encoding.UTF8.GetString(name[..^1]));
        }
    }
}
