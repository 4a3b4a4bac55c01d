// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Child;

/// <summary>
/// A procfs of our own, attached nowhere and made when it is first asked for: what the image mounted over its own can't redirect a write
/// (CVE-2025-52881).
/// </summary>
/// <remarks>Child only: it shows the PID namespace of its maker.</remarks>
internal sealed class PrivateProc : IDisposable
{
    private const ResolveFlags Beneath = ResolveFlags.RESOLVE_BENEATH | ResolveFlags.RESOLVE_NO_XDEV | ResolveFlags.RESOLVE_NO_SYMLINKS;

    private OwnedFd? _root;

    /// <param name="path">Below /proc, ending with NUL, without links: <c>self</c> is one.</param>
    public Errno TryOpen(ReadOnlySpan<byte> path, OpenFlags flags, out OwnedFd? file) =>
        Files.TryResolve((_root ??= Open()).Borrow, path, flags, Beneath, out file);

    /// <summary>Opens, writes once, closes.</summary>
    public Errno TryWrite(ReadOnlySpan<byte> path, ReadOnlySpan<byte> value)
    {
        Errno errno = TryOpen(path, OpenFlags.O_WRONLY, out OwnedFd? file);
        using (file)
        {
            return file is null ? errno : Files.TryWrite(file.Borrow, value, out _);
        }
    }

    public void Dispose() => _root?.Dispose();

    private static OwnedFd Open()
    {
        try
        {
            using OwnedFd context = Mounts.OpenFilesystem("proc\0"u8);
            Mounts.Command(context.Borrow, FsConfigCommand.FSCONFIG_CMD_CREATE);
            return Mounts.MountFilesystem(context.Borrow, MountAttr.MOUNT_ATTR_NOSUID | MountAttr.MOUNT_ATTR_NODEV | MountAttr.MOUNT_ATTR_NOEXEC);
        }
        catch (LinuxException e)
        {
            // user_namespaces(7): a procfs only where one is mounted already of which nothing is hidden.
            string hint = e.Errno == Errno.EPERM ? " (hint: in a user namespace the kernel allows that only beside a mounted /proc of which nothing is hidden)" : "";
            throw new ContainerException($"making a private procfs{hint}: {e.Message}");
        }
    }
}
