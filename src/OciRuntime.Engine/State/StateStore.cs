// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine.State;

/// <summary>The state root: a folder for each container, named by its id.</summary>
public sealed class StateStore(string root)
{
    private const uint RootMode = 0x1C0; // 0700
    private const uint ContainerMode = 0x1C9; // 0711

    public string Root { get; } = root;

    /// <summary>Makes the folder of a new container, and locks it.</summary>
    /// <exception cref="ContainerException">The id is not valid, or taken.</exception>
    public ContainerFolder Create(string id)
    {
        CheckId(id);
        KernelString path = KernelString.Of($"{Root}/{id}");
        Errno errno = Folders.TryMakeDirectory(Fd.CurrentDirectory, path.Span, ContainerMode);
        if (errno == Errno.ENOENT)
        {
            MakeRoot(Root);
            errno = Folders.TryMakeDirectory(Fd.CurrentDirectory, path.Span, ContainerMode);
        }

        if (errno == Errno.EEXIST)
        {
            throw new ContainerException($"{id}: {ContainerException.AlreadyExists}");
        }

        if (errno != 0)
        {
            throw new LinuxException("making the state folder: mkdir", errno, path.ToString());
        }

        ContainerFolder folder = new(OpenFolder(path), Root, id);
        return folder.Lock() ? folder : throw new ContainerException($"{id}: it was deleted while it was being created");
    }

    /// <exception cref="ContainerException">There is none.</exception>
    public ContainerFolder Open(string id) => TryOpen(id) ?? throw new ContainerException($"{id}: {ContainerException.DoesNotExist}");

    /// <summary>For a command that changes the container: it waits for the one that is at work on it.</summary>
    /// <exception cref="ContainerException">There is none, or there was one.</exception>
    public ContainerFolder OpenLocked(string id)
    {
        ContainerFolder folder = Open(id);
        if (folder.Lock())
        {
            return folder;
        }

        folder.Dispose();
        throw new ContainerException($"{id}: {ContainerException.DoesNotExist}");
    }

    /// <returns>Null where there is none.</returns>
    /// <exception cref="ContainerException">The id is not valid.</exception>
    public ContainerFolder? TryOpen(string id)
    {
        CheckId(id);
        KernelString path = KernelString.Of($"{Root}/{id}");
        Errno errno = Files.TryOpen(Fd.CurrentDirectory, path.Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, 0, out OwnedFd? file);
        if (errno is not (0 or Errno.ENOENT or Errno.ENOTDIR))
        {
            throw new LinuxException("opening the state folder: open", errno, path.ToString());
        }

        return file is null ? null : new ContainerFolder(file, Root, id);
    }

    /// <summary>The ids of all containers, sorted.</summary>
    public List<string> Ids()
    {
        List<string> ids = [];
        Errno errno = Files.TryOpen(Fd.CurrentDirectory, KernelString.Of(Root).Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, out OwnedFd? root);
        if (errno == Errno.ENOENT)
        {
            return ids;
        }

        if (errno != 0)
        {
            throw new LinuxException("listing containers: open", errno, Root);
        }

        using (root)
        {
            foreach (KernelString name in Folders.Names(root!.Borrow))
            {
                ids.Add(name.ToString());
            }
        }

        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    private static OwnedFd OpenFolder(KernelString path) =>
        Files.Open(Fd.CurrentDirectory, path.Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW);

    private static void MakeRoot(string path)
    {
        KernelString name = KernelString.Of(path);
        Errno errno = Folders.TryMakeDirectory(Fd.CurrentDirectory, name.Span, RootMode);
        if (errno == Errno.ENOENT && path.LastIndexOf('/') is > 0 and int slash)
        {
            MakeRoot(path[..slash]);
            errno = Folders.TryMakeDirectory(Fd.CurrentDirectory, name.Span, RootMode);
        }

        if (errno is not (0 or Errno.EEXIST))
        {
            throw new LinuxException("making the state root: mkdir", errno, path);
        }
    }

    // The characters of runc's rule; without a slash, and with "." and ".." refused, an id is always one name below the root.
    private static void CheckId(string id)
    {
        const int MaximumLength = 1024;
        bool valid = id.Length is > 0 and <= MaximumLength && id is not ("." or "..");
        foreach (char c in id)
        {
            valid &= char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.';
        }

        if (!valid)
        {
            throw new ContainerException($"\"{id}\": {ContainerException.InvalidId}: letters, digits, '_', '+', '-' and '.', at least one, and not \".\" or \"..\"");
        }
    }
}
