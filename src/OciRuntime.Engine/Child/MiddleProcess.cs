// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Child;

/// <summary>
/// A process between the parent and the one that becomes the program. What it has joined, a child of its own is born in: a PID namespace
/// of a user namespace, or new namespaces that are to belong to a joined user namespace. The parent can't join a user namespace itself: setns(2)
/// refuses that to a process with threads.
/// </summary>
internal static class MiddleProcess
{
    /// <summary>Goes on as a sibling, which is a child of the parent; the caller itself gives the parent its pidfd, and ends.</summary>
    /// <param name="flags">The new namespaces of the sibling.</param>
    public static void Leave(CloneFlags flags, SyncChannel channel)
    {
        if (Processes.CloneSibling(flags, out OwnedFd? pidFd) != 0)
        {
            channel.TrySend(SyncMessage.Sibling, default, pidFd!.Borrow);
            Processes.Exit(0);
        }
    }
}
