// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
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
    /// <summary>Goes on as a sibling, which is a child of the parent; the caller itself tells the parent its pid, and ends.</summary>
    /// <param name="flags">The new namespaces of the sibling.</param>
    public static void Leave(CloneFlags flags, SyncChannel channel)
    {
        int pid = Processes.CloneSibling(flags, out OwnedFd? pidFd);
        if (pid == 0)
        {
            return;
        }

        channel.TrySend(SyncMessage.Sibling, pid.ToString(CultureInfo.InvariantCulture), pidFd!.Borrow);
        Processes.Exit(0);
    }
}
