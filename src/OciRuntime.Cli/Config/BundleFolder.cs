// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Config;

/// <summary>The folder that has config.json.</summary>
internal static class BundleFolder
{
    private const int LongestPath = 4096;

    /// <param name="path">Null: the current directory.</param>
    internal static OwnedFd Open(string? path)
    {
        path ??= ".";
        const OpenFlags Folder = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
        Errno errno = Files.TryOpen(Fd.CurrentDirectory, KernelString.Of(path).Span, Folder, mode: 0, out OwnedFd? folder);
        return folder ?? throw new CommandException($"cannot open the bundle {path}: {ErrnoText.Of(errno)}");
    }

    /// <returns>Where the folder is, as getcwd(2) would say inside: links are resolved, as with peers, which change into it.</returns>
    internal static string PathOf(OwnedFd folder)
    {
        Span<byte> target = stackalloc byte[LongestPath];
        KernelString link = KernelString.Of($"/proc/self/fd/{folder.Borrow.Number}");
        Errno errno = Folders.TryReadLink(Fd.CurrentDirectory, link.Span, target, out int length);
        return errno == 0 ? Encoding.UTF8.GetString(target[..length]) : throw new LinuxException("readlinkat", errno, link.ToString());
    }
}
