// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;

namespace OciRuntime.Linux;

/// <summary>Paths inside a container's root, resolved by the kernel: links stay inside, whatever the image says. openat2(2).</summary>
public static class RootedPath
{
    private const ResolveFlags Inside = ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS;
    private const OpenFlags Folder = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;
    private const int MaximumPath = 4096;

    // The kernel's own limit, MAXSYMLINKS. include/linux/namei.h.
    private const int MaximumLinks = 40;

    /// <summary>What <paramref name="path"/> names inside <paramref name="root"/>.</summary>
    public static OwnedFd Open(Fd root, ReadOnlySpan<byte> path, OpenFlags flags) => Files.Resolve(root, path, flags, Inside);

    /// <returns>ENOENT or ENOTDIR where there is nothing.</returns>
    public static Errno TryOpen(Fd root, ReadOnlySpan<byte> path, OpenFlags flags, out OwnedFd? file) =>
        Files.TryResolve(root, path, flags, Inside, out file);

    /// <summary>The folder <paramref name="path"/>, of which missing parts are made: behind links to nowhere too.</summary>
    /// <remarks>
    /// A part is made relative to the opened part before, and every part is opened from the root again, by the kernel's rules: nobody can slip a
    /// link in between (CVE-2024-45310), and <c>..</c> never leads out.
    /// </remarks>
    public static OwnedFd MakeDirectories(Fd root, ReadOnlySpan<byte> path, uint mode) => MakeDirectories(root, path, mode, MaximumLinks);

    private static OwnedFd MakeDirectories(Fd root, ReadOnlySpan<byte> path, uint mode, int linksLeft)
    {
        Errno errno = TryOpen(root, path, Folder, out OwnedFd? found);
        if (found is not null)
        {
            return found;
        }

        if (errno != Errno.ENOENT || path.Length == 1)
        {
            throw Failed("openat2", errno, path[..^1]);
        }

        ReadOnlySpan<byte> text = path[..^1];
        OwnedFd folder = Open(root, "/\0"u8, Folder);
        int end = 0;
        while (end < text.Length)
        {
            int start = end + (text[end] == (byte)'/' ? 1 : 0);
            int slash = text[start..].IndexOf((byte)'/');
            end = slash < 0 ? text.Length : start + slash;
            using OwnedFd parent = folder;
            errno = TryOpenOrMake(root, parent.Borrow, text[..end], text[start..end], mode, out found);
            if (found is null)
            {
                byte[] target = FollowNowhere(parent.Borrow, text, start, end, errno, linksLeft);
                return MakeDirectories(root, target, mode, linksLeft - 1);
            }

            folder = found;
        }

        return folder;
    }

    /// <summary>The folder that holds <paramref name="path"/>'s last part, made if missing, and that part, in <paramref name="buffer"/>, ending with NUL.</summary>
    public static OwnedFd MakeParent(Fd root, ReadOnlySpan<byte> path, Span<byte> buffer, out ReadOnlySpan<byte> name)
    {
        const uint FolderMode = 0x1ED; // 0755
        ReadOnlySpan<byte> text = path[..^1].TrimEnd((byte)'/');
        int slash = text.LastIndexOf((byte)'/');
        name = Terminate(text[(slash + 1)..], buffer);
        return slash <= 0
            ? Open(root, "/\0"u8, Folder)
            : MakeDirectories(root, Terminate(text[..slash], stackalloc byte[MaximumPath]), FolderMode);
    }

    /// <summary>The file <paramref name="path"/>, made empty where it is missing: what a bind of a file is mounted on.</summary>
    public static OwnedFd MakeFile(Fd root, ReadOnlySpan<byte> path) => MakeFile(root, path, MaximumLinks);

    private static OwnedFd MakeFile(Fd root, ReadOnlySpan<byte> path, int linksLeft)
    {
        const uint FileMode = 0x1A4; // 0644
        Errno errno = TryOpen(root, path, OpenFlags.O_PATH, out OwnedFd? found);
        if (found is not null)
        {
            return found;
        }

        if (errno != Errno.ENOENT)
        {
            throw Failed("openat2", errno, path[..^1]);
        }

        using OwnedFd parent = MakeParent(root, path, stackalloc byte[MaximumPath], out ReadOnlySpan<byte> name);
        errno = Files.TryOpen(parent.Borrow, name, OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW | OpenFlags.O_RDONLY, FileMode, out OwnedFd? made);
        if (made is not null)
        {
            return made;
        }

        ReadOnlySpan<byte> text = path[..^1].TrimEnd((byte)'/');
        return MakeFile(root, FollowNowhere(parent.Borrow, text, text.LastIndexOf((byte)'/') + 1, text.Length, errno, linksLeft), linksLeft - 1);
    }

    // The folder whose last part is name, in the folder that was opened by the parts before. ENOENT: there is a link, to nowhere.
    private static Errno TryOpenOrMake(Fd root, Fd parent, ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, uint mode, out OwnedFd? found)
    {
        Span<byte> buffer = stackalloc byte[MaximumPath];
        ReadOnlySpan<byte> path = text.IsEmpty ? "/\0"u8 : Terminate(text, buffer);
        Errno errno = TryOpen(root, path, Folder, out found);
        if (errno == Errno.ENOENT)
        {
            errno = Folders.TryMakeDirectory(parent, path[^(name.Length + 1)..], mode);
            if (errno is not (0 or Errno.EEXIST))
            {
                throw Failed("mkdirat", errno, text);
            }

            errno = TryOpen(root, path, Folder, out found);
        }

        return errno;
    }

    // The path again, with the link's own text in the place of the link: the parts before it lead to the folder that the link is in.
    private static byte[] FollowNowhere(Fd parent, ReadOnlySpan<byte> text, int start, int end, Errno errno, int linksLeft)
    {
        Span<byte> name = stackalloc byte[MaximumPath];
        Span<byte> link = stackalloc byte[MaximumPath];
        if (linksLeft == 0 || Folders.TryReadLink(parent, Terminate(text[start..end], name), link, out int length) != 0)
        {
            throw Failed("openat2", linksLeft == 0 ? Errno.ELOOP : errno, text);
        }

        ReadOnlySpan<byte> before = length > 0 && link[0] == (byte)'/' ? default : text[..start];
        return [.. before, .. link[..length], .. text[end..], 0];
    }

    private static LinuxException Failed(string call, Errno errno, ReadOnlySpan<byte> path) =>
        new(call, errno, System.Text.Encoding.UTF8.GetString(path));

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
