// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Child;

/// <summary>The child's end of the channel. If nobody is at the other end any more there is nobody to tell, and nothing may be left behind.</summary>
internal static class ChildEnd
{
    private const int FirstFreeDescriptor = 3;

    /// <summary>Killed with its parent, wherever it is; at the next <see cref="Await"/> it would notice anyway. prctl(2), setsid(2).</summary>
    public static void BelongToParent()
    {
        Processes.Control(ProcessControl.PR_SET_PDEATHSIG, (nint)Signum.SIGKILL);
        Processes.StartSession();
    }

    public static void Await(SyncChannel channel, SyncMessage expected)
    {
        SyncMessage message = channel.Receive(out _, out OwnedFd? descriptor);
        descriptor?.Dispose();
        if (message != expected)
        {
            Processes.Exit(1);
        }
    }

    public static void Send(SyncChannel channel, SyncMessage message)
    {
        if (!channel.TrySend(message))
        {
            Processes.Exit(1);
        }
    }

    /// <summary>The last words of a child; it ends.</summary>
    public static void Fail(SyncChannel channel, Exception e)
    {
        string text = e is LinuxException or ContainerException ? e.Message : $"internal error: {e.GetType().Name}: {e.Message}";
        channel.TrySend(SyncMessage.Failure, text);
        Processes.Exit(1);
    }

    /// <summary>Closes what the parent had open: its end of the channel, or the child would never see it go; its locks, its log.</summary>
    /// <param name="preserved">How many descriptors from 3 on the program inherits.</param>
    /// <param name="kept">In any order; negative numbers do not count.</param>
    public static void CloseInherited(int preserved, Span<int> kept)
    {
        kept.Sort();
        uint first = (uint)(FirstFreeDescriptor + preserved);
        foreach (int number in kept)
        {
            if (number >= first)
            {
                // An empty range is EINVAL, and nothing to do.
                Files.CloseRange(first, (uint)number - 1);
                first = (uint)number + 1;
            }
        }

        Files.CloseRange(first, uint.MaxValue);
    }
}
