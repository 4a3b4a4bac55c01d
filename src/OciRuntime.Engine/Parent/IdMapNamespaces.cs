// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>User namespaces that serve for their maps alone. mount_setattr(2), "ID-mapped mounts".</summary>
internal sealed class IdMapNamespaces : IDisposable
{
    private readonly List<(MountIdMap Map, OwnedFd Namespace)> _made = [];

    /// <returns>One namespace for each two maps, however many mounts have them.</returns>
    public Fd Get(MountIdMap map, string origin)
    {
        foreach ((MountIdMap made, OwnedFd known) in _made)
        {
            if (made.UidMap.AsSpan().SequenceEqual(map.UidMap.AsSpan()) && made.GidMap.AsSpan().SequenceEqual(map.GidMap.AsSpan()))
            {
                return known.Borrow;
            }
        }

        OwnedFd opened = Make(map, origin);
        _made.Add((map, opened));
        return opened.Borrow;
    }

    public void Dispose()
    {
        foreach ((_, OwnedFd made) in _made)
        {
            made.Dispose();
        }
    }

    // A namespace lives by a process or a descriptor, and maps are written into a process's: it lives until its descriptor is open.
    private static OwnedFd Make(MountIdMap map, string origin)
    {
        (OwnedFd mine, OwnedFd theirs) = Sockets.MakePair();
        using (mine)
        {
            OtherThreads.AwaitParked();
            ulong mask = Signals.SetMask(Signals.AllButFaults);
            int pid;
            OwnedFd? pidFd;
            try
            {
                pid = Processes.Clone(CloneFlags.CLONE_NEWUSER, null, out pidFd);
                if (pid == 0)
                {
                    AwaitEnd(mine, theirs.Borrow);
                }
            }
            finally
            {
                _ = Signals.SetMask(mask);
                theirs.Dispose();
            }

            using (pidFd)
            {
                return OpenMapped(pid, pidFd!.Borrow, map, origin);
            }
        }
    }

    private static OwnedFd OpenMapped(int pid, Fd pidFd, MountIdMap map, string origin)
    {
        try
        {
            IdMapWriter.Write(pid, map.UidMap, map.GidMap, origin);
            return Files.Open(Fd.CurrentDirectory, KernelString.Of($"/proc/{pid}/ns/user").Span, OpenFlags.O_RDONLY);
        }
        finally
        {
            _ = Processes.TrySignal(pidFd, (int)Signum.SIGKILL);
            _ = Processes.Wait(pidFd);
        }
    }

    // Child only. If the parent is killed its end of the pair closes, and nothing is left behind.
    private static void AwaitEnd(OwnedFd parents, Fd own)
    {
        parents.Dispose();
        Span<byte> nothing = stackalloc byte[1];
        _ = Sockets.TryReceive(own, nothing, out _, out _);
        Processes.Exit(0);
    }
}
