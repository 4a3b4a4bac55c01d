// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;

namespace OciRuntime.Linux;

/// <summary>Paths inside a container's root, resolved by the kernel: links stay inside, whatever the image says. openat2(2).</summary>
public static class RootedPath
{
    private const ResolveFlags Inside = ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS;
    private const int MaximumPath = 4096;

    /// <summary>What <paramref name="path"/> names inside <paramref name="root"/>.</summary>
    public static OwnedFd Open(Fd root, ReadOnlySpan<byte> path, OpenFlags flags) => Files.Resolve(root, path, flags, Inside);

    /// <returns>ENOENT or ENOTDIR where there is nothing.</returns>
    public static Errno TryOpen(Fd root, ReadOnlySpan<byte> path, OpenFlags flags, out OwnedFd? file) =>
        Files.TryResolve(root, path, flags, Inside, out file);

    /// <summary>The folder <paramref name="path"/>, of which missing parts are made.</summary>
    /// <remarks>Parts are made relative to the opened part before, never by a path: nobody can slip a link in between (CVE-2024-45310).</remarks>
    public static OwnedFd MakeDirectories(Fd root, ReadOnlySpan<byte> path, uint mode)
    {
        const OpenFlags Folder = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
        Errno errno = TryOpen(root, path, Folder, out OwnedFd? found);
        if (found is not null)
        {
            return found;
        }

        if (errno != Errno.ENOENT)
        {
            throw new LinuxException("openat2", errno, System.Text.Encoding.UTF8.GetString(path[..^1]));
        }

        ReadOnlySpan<byte> text = path[..^1].TrimEnd((byte)'/');
        int slash = text.LastIndexOf((byte)'/');
        using OwnedFd parent = slash <= 0 ? Open(root, "/\0"u8, Folder) : MakeDirectories(root, Terminate(text[..slash], stackalloc byte[MaximumPath]), mode);
        ReadOnlySpan<byte> name = Terminate(text[(slash + 1)..], stackalloc byte[MaximumPath]);
        errno = Folders.TryMakeDirectory(parent.Borrow, name, mode);
        if (errno is not (0 or Errno.EEXIST))
        {
            throw new LinuxException("mkdirat", errno, System.Text.Encoding.UTF8.GetString(text));
        }

        return Files.Open(parent.Borrow, name, Folder | OpenFlags.O_NOFOLLOW);
    }

    /// <summary>The folder that holds <paramref name="path"/>'s last part, made if missing, and that part, in <paramref name="buffer"/>, ending with NUL.</summary>
    public static OwnedFd MakeParent(Fd root, ReadOnlySpan<byte> path, Span<byte> buffer, out ReadOnlySpan<byte> name)
    {
        const uint FolderMode = 0x1ED; // 0755
        ReadOnlySpan<byte> text = path[..^1].TrimEnd((byte)'/');
        int slash = text.LastIndexOf((byte)'/');
        name = Terminate(text[(slash + 1)..], buffer);
        return slash <= 0
            ? Open(root, "/\0"u8, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY)
            : MakeDirectories(root, Terminate(text[..slash], stackalloc byte[MaximumPath]), FolderMode);
    }

    /// <summary>The file <paramref name="path"/>, made empty where it is missing: what a bind of a file is mounted on.</summary>
    public static OwnedFd MakeFile(Fd root, ReadOnlySpan<byte> path)
    {
        const uint FileMode = 0x1A4; // 0644
        Errno errno = TryOpen(root, path, OpenFlags.O_PATH, out OwnedFd? found);
        if (found is not null)
        {
            return found;
        }

        if (errno != Errno.ENOENT)
        {
            throw new LinuxException("openat2", errno, System.Text.Encoding.UTF8.GetString(path[..^1]));
        }

        using OwnedFd parent = MakeParent(root, path, stackalloc byte[MaximumPath], out ReadOnlySpan<byte> name);
        return Files.Open(parent.Borrow, name, OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW | OpenFlags.O_RDONLY, FileMode);
    }

    private static ReadOnlySpan<byte> Terminate(ReadOnlySpan<byte> text, Span<byte> buffer)
    {
        if (text.Length >= buffer.Length)
        {
            throw new LinuxException("path", Errno.ENAMETOOLONG, System.Text.Encoding.UTF8.GetString(text[..64]) + "…");
        }

        text.CopyTo(buffer);
        buffer[text.Length] = 0;
        return buffer[..(text.Length + 1)];
    }
}
