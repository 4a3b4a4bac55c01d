// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>
/// Sources of binds that the child can't open: beyond the reach of its ids, or to be id-mapped. They are opened in its mount namespace, and at
/// its word: an earlier mount may hold the source, and what is locked there stays locked.
/// </summary>
internal sealed class MountSources(ImmutableArray<MountStep> mounts, int pid) : IDisposable
{
    private readonly IdMapNamespaces _namespaces = new();

    /// <param name="origin">Of the bind.</param>
    /// <returns>A detached mount.</returns>
    public OwnedFd Open(string origin)
    {
        MountStep.Bind step = Find(origin);
        try
        {
            OwnedFd tree = CloneTree(step);
            try
            {
                if (step.IdMap is { } map)
                {
                    SetIdMap(tree.Borrow, map, origin);
                }

                return tree;
            }
            catch
            {
                tree.Dispose();
                throw;
            }
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"creating the container: mounting {step.Source} to {step.Target} ({origin}): {e.Message}");
        }
    }

    public void Dispose() => _namespaces.Dispose();

    private MountStep.Bind Find(string origin)
    {
        foreach (MountStep step in mounts)
        {
            if (step is MountStep.Bind bind && bind.Origin == origin)
            {
                return bind;
            }
        }

        throw new ContainerException($"creating the container: {origin} is no bind");
    }

    private OwnedFd CloneTree(MountStep.Bind step)
    {
        using OwnedFd other = Files.Open(Fd.CurrentDirectory, KernelString.Of($"/proc/{pid}/ns/mnt").Span, OpenFlags.O_RDONLY);
        using MountNamespaceVisit visit = new(other.Borrow);
        return Mounts.CloneTree(Fd.CurrentDirectory, step.Source.Span, step.Recursive);
    }

    private void SetIdMap(Fd tree, MountIdMap map, string origin)
    {
        using OwnedFd? containers =
            map.UidMap.IsEmpty ? Files.Open(Fd.CurrentDirectory, KernelString.Of($"/proc/{pid}/ns/user").Span, OpenFlags.O_RDONLY) : null;
        Fd userNamespace = containers?.Borrow ?? _namespaces.Get(map, origin);
        MountAttributes attributes = new() { Set = MountAttr.MOUNT_ATTR_IDMAP, UserNamespace = (ulong)userNamespace.Number };
        AtFlags flags = AtFlags.AT_EMPTY_PATH | (map.Recursive ? AtFlags.AT_RECURSIVE : AtFlags.None);
        Errno errno = Mounts.TrySetAttributes(tree, "\0"u8, flags, attributes);
        if (errno != 0)
        {
            string hint = errno == Errno.EINVAL ? " (hint: the file system may not support id-mapped mounts)" : "";
            throw new LinuxException("mount_setattr", errno, $"MOUNT_ATTR_IDMAP{hint}");
        }
    }
}
