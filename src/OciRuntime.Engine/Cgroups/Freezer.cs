// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Cgroups;

/// <summary>Stops and continues all processes of a control group. cgroups(7), "freezer" and "cgroup.freeze".</summary>
internal static class Freezer
{
    // What a process in an uninterruptible call may take; the same patience as runc's.
    private const long PatienceMilliseconds = 10_000;

    private static ReadOnlySpan<byte> Version1File => "freezer.state"u8;

    private static ReadOnlySpan<byte> Version2File => "cgroup.freeze"u8;

    /// <summary>Whether somebody froze this very group: not one above it.</summary>
    public static bool IsFrozen(ContainerCgroup cgroup)
    {
        if (FolderOf(cgroup, out bool isVersion2) is not { } folder)
        {
            return false;
        }

        byte[]? asked = WholeFile.TryRead(folder.Append(isVersion2 ? Version2File : "freezer.self_freezing"u8).Span);
        return asked is [(byte)'1', ..];
    }

    /// <summary>Freezes, and waits until every process stands still. What can't be frozen is thawed again.</summary>
    /// <param name="first">The first process's pidfd: nothing is frozen in a container that ends meanwhile.</param>
    public static void Freeze(ContainerCgroup cgroup, Fd first)
    {
        KernelString folder = FolderOf(cgroup, out bool isVersion2)
            ?? throw new ContainerException("pausing the container: there is no freezer: it has no cgroup, or the host no freezer controller");
        Errno errno = TryFreeze(folder, isVersion2, first);
        switch (errno)
        {
            case 0:
                return;
            case Errno.ETIMEDOUT:
                throw new ContainerException(
                    $"pausing the container: {folder}: not every process could be frozen within {PatienceMilliseconds / 1000} s");
            case Errno.ESRCH:
                throw new ContainerException($"pausing the container: {ContainerException.NotRunning}");
            default:
                throw new LinuxException("pausing the container: write", errno, folder.Append(isVersion2 ? Version2File : Version1File).ToString());
        }
    }

    /// <summary>The same for who can go on without.</summary>
    public static Errno TryFreeze(ContainerCgroup cgroup) =>
        FolderOf(cgroup, out bool isVersion2) is { } folder ? TryFreeze(folder, isVersion2, first: null) : Errno.ENOENT;

    public static void Thaw(ContainerCgroup cgroup)
    {
        Errno errno = TryThaw(cgroup);
        if (errno != 0)
        {
            throw new LinuxException("resuming the container: write", errno, FolderOf(cgroup, out _)?.ToString() ?? "");
        }
    }

    /// <summary>For who has something else to do than thawing: killing, cleaning up.</summary>
    public static Errno TryThaw(ContainerCgroup cgroup) =>
        FolderOf(cgroup, out bool isVersion2) is { } folder ? TryThaw(folder, isVersion2) : Errno.ENOENT;

    /// <summary>Also the groups that processes of the container made below, and froze: who is frozen by version 1 does not die.</summary>
    public static void ThawTree(ContainerCgroup cgroup)
    {
        if (FolderOf(cgroup, out bool isVersion2) is { } folder)
        {
            ThawTree(folder, isVersion2);
        }
    }

    private static void ThawTree(KernelString folder, bool isVersion2)
    {
        _ = TryThaw(folder, isVersion2);
        foreach (KernelString child in CgroupProcesses.Children(folder))
        {
            ThawTree(child, isVersion2);
        }
    }

    // On a hybrid host version 1's controller, as with every peer; without it the version 2 hierarchy beside it can freeze, too.
    private static KernelString? FolderOf(ContainerCgroup cgroup, out bool isVersion2)
    {
        string? version1 = cgroup.IsVersion2 ? null : cgroup.FolderOf("freezer");
        isVersion2 = version1 is null;
        return (version1 ?? cgroup.Unified) is { } folder ? KernelString.Of(folder) : null;
    }

    private static Errno TryThaw(KernelString folder, bool isVersion2) =>
        WholeFile.TryWrite(Fd.CurrentDirectory, folder.Append(isVersion2 ? Version2File : Version1File).Span, isVersion2 ? "0"u8 : "THAWED"u8);

    private static Errno TryFreeze(KernelString folder, bool isVersion2, Fd? first)
    {
        Errno errno = isVersion2 ? TryFreezeVersion2(folder) : TryFreezeVersion1(folder, first);
        if (errno != 0)
        {
            _ = TryThaw(folder, isVersion2);
        }

        return errno;
    }

    private static Errno TryFreezeVersion2(KernelString folder)
    {
        Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, folder.Append(Version2File).Span, "1"u8);
        return errno != 0 ? errno : CgroupEvents.Await(folder, "frozen 1"u8, PatienceMilliseconds) ? 0 : Errno.ETIMEDOUT;
    }

    // freezer-subsystem.txt: the state goes from FREEZING to FROZEN when it is read, and nothing tells when that is worth while. Writing
    // again reaches what was forked meanwhile, and a thaw now and then helps where ever more is.
    private static Errno TryFreezeVersion1(KernelString folder, Fd? first)
    {
        const int AttemptsWithoutWaiting = 32;
        const int AttemptsBetweenThaws = 64;
        KernelString file = folder.Append(Version1File);
        long end = Processes.MonotonicNanoseconds() + (PatienceMilliseconds * 1_000_000);
        Span<PollEntry> entry = [new PollEntry { Descriptor = first?.Number ?? -1, Events = PollEntry.POLLIN }];
        for (int attempt = 1; Processes.MonotonicNanoseconds() < end; attempt++)
        {
            Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, file.Span, "FROZEN"u8);
            if (errno != 0 || WholeFile.TryRead(file.Span).AsSpan().StartsWith("FROZEN"u8))
            {
                return errno;
            }

            if (attempt < AttemptsWithoutWaiting)
            {
                Processes.Yield();
            }
            else if (Processes.Poll(entry, timeoutMilliseconds: 1) > 0)
            {
                return Errno.ESRCH;
            }

            if (attempt % AttemptsBetweenThaws == 0)
            {
                _ = WholeFile.TryWrite(Fd.CurrentDirectory, file.Span, "THAWED"u8);
            }
        }

        return Errno.ETIMEDOUT;
    }
}
