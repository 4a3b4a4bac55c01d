// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>What a bind shows, as a detached mount: opened here, or by the parent where that takes the host's root.</summary>
internal static class BindSource
{
    /// <summary>Whether the parent may be asked: then nothing else that it has sent may still be waiting to be read.</summary>
    public static bool MayAsk(MountStep step, ContainerPlan plan) =>
        step is MountStep.Bind bind && (bind.IdMap is not null || plan.Namespaces.IsOwn(CloneFlags.CLONE_NEWUSER));

    public static OwnedFd Open(MountStep.Bind step, ChildContext context)
    {
        // mount_setattr(2): ids are mapped by who may mount the file system, and that is not the root of a user namespace.
        if (step.IdMap is not null)
        {
            return Ask(step, context.Channel);
        }

        Errno errno = Mounts.TryCloneTree(Fd.CurrentDirectory, step.Source.Span, step.Recursive, out OwnedFd? tree);
        if (tree is not null)
        {
            return tree;
        }

        // The ids of a user namespace may not get through the folders above it. Only a parent that is root could.
        if (errno == Errno.EACCES && MayAsk(step, context.Plan) && context.Record.OwnerUid == 0)
        {
            return Ask(step, context.Channel);
        }

        throw new LinuxException("open_tree", errno, step.Source.ToString());
    }

    private static OwnedFd Ask(MountStep.Bind step, SyncChannel channel)
    {
        OwnedFd? source = null;
        if (!channel.TrySend(SyncMessage.SourceWanted, step.Origin) || channel.Receive(out _, out source) != SyncMessage.Source || source is null)
        {
            // The parent is gone, or has failed and says so itself.
            Processes.Exit(1);
        }

        return source!;
    }
}
