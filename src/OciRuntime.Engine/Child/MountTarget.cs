// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>What something is mounted on, below the container's root, made where it is missing.</summary>
internal static class MountTarget
{
    private const uint FolderMode = 0x1ED; // 0755
    private const long PROC_SUPER_MAGIC = 0x9fa0;
    private const ResolveFlags NoLinks = ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_SYMLINKS;

    public static OwnedFd Open(Fd root, KernelString target, bool isFolder)
    {
        OpenFlags flags = isFolder ? OpenFlags.O_PATH | OpenFlags.O_DIRECTORY : OpenFlags.O_PATH;
        Errno errno = Files.TryResolve(root, target.Span, flags, NoLinks, out OwnedFd? found);
        if (found is not null)
        {
            return found;
        }

        OwnedFd made = isFolder ? RootedPath.MakeDirectories(root, target.Span, FolderMode) : RootedPath.MakeFile(root, target.Span);
        if (errno == Errno.ELOOP)
        {
            // The plan has judged the path as it is written; links of the image may lead to where nothing may be mounted.
            CheckPlace(root, target, made);
        }

        return made;
    }

    /// <summary>For the kernel's own: a link in the image would put them elsewhere, and label writes and masks would then go to files of the image (CVE-2019-19921).</summary>
    public static OwnedFd OpenReal(Fd root, MountStep.NewFilesystem step)
    {
        const OpenFlags Folder = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
        Errno errno = Files.TryResolve(root, step.Target.Span, Folder, NoLinks, out OwnedFd? found);
        if (found is not null)
        {
            return found;
        }

        if (errno is Errno.ELOOP or Errno.ENOTDIR)
        {
            throw new ContainerException(
                $"mounting {step.Type} to {step.Target} ({step.Origin}): it must be mounted on ordinary directory of the image, without symbolic links: {ErrnoText.Of(errno)}");
        }

        using OwnedFd made = RootedPath.MakeDirectories(root, step.Target.Span, FolderMode);
        return Files.Resolve(root, step.Target.Span, Folder, NoLinks);
    }

    private static void CheckPlace(Fd root, KernelString target, OwnedFd made)
    {
        FileStatus top = Files.Status(root);
        FileStatus place = Files.Status(made.Borrow);
        string? rule = place.Inode == top.Inode && place.MountId == top.MountId ? "it leads to the container's root: nothing can be mounted over it"
            : Files.FileSystemType(made.Borrow) == PROC_SUPER_MAGIC ? "cannot be mounted because it is inside /proc"
            : null;
        if (rule is not null)
        {
            made.Dispose();
            throw new ContainerException($"mounting to {target}, through symbolic links of the image: {rule}");
        }
    }
}
