// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Cgroups;

/// <summary>What happened while somebody watched.</summary>
internal enum OomNews
{
    None,

    /// <summary>The kernel killed for want of memory.</summary>
    Killed,

    /// <summary>Nothing more is to come: the group is removed, or on version 2 empty.</summary>
    Ended,
}

/// <summary>Waits for a control group to run out of memory. Version 1 tells by an eventfd, version 2 by changes of memory.events.</summary>
internal sealed class OomWatch : IDisposable
{
    private readonly ContainerCgroup _cgroup;
    private readonly KernelString _folder;

    // Version 1: the eventfd and memory.oom_control; version 2: memory.events and cgroup.events.
    private readonly OwnedFd _memory;
    private readonly OwnedFd _other;
    private long _kills;

    private OomWatch(ContainerCgroup cgroup, KernelString folder)
    {
        (_cgroup, _folder) = (cgroup, folder);
        if (cgroup.IsVersion2)
        {
            _memory = Open("memory.events"u8);
            _other = Open("cgroup.events"u8);
            _kills = OomKills.Count(cgroup);
            _ = HasEnded();
            return;
        }

        _memory = Files.MakeEventCounter();
        _other = Open("memory.oom_control"u8);
        KernelString control = folder.Append("cgroup.event_control"u8);
        Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, control.Span, KernelString.Of($"{_memory.Borrow.Number} {_other.Borrow.Number}").Text);
        if (errno != 0)
        {
            Dispose();
            throw new LinuxException("asking for events of the container's memory: write", errno, control.ToString());
        }
    }

    /// <exception cref="ContainerException">The container has no memory limit that could be hit: no such controller.</exception>
    public static OomWatch Begin(ContainerCgroup cgroup) => cgroup.FolderOf("memory") is { } folder
        ? new OomWatch(cgroup, KernelString.Of(folder))
        : throw new ContainerException("watching the container: memory controller missing: it has no cgroup, or the host no such controller");

    /// <param name="milliseconds">How long nothing may happen.</param>
    public OomNews Await(long milliseconds)
    {
        short events = _cgroup.IsVersion2 ? PollEntry.POLLPRI : PollEntry.POLLIN;
        Span<PollEntry> entries =
        [
            new PollEntry { Descriptor = _memory.Borrow.Number, Events = events },
            new PollEntry { Descriptor = _cgroup.IsVersion2 ? _other.Borrow.Number : -1, Events = events },
        ];
        if (Processes.Poll(entries, milliseconds) == 0)
        {
            return OomNews.None;
        }

        return _cgroup.IsVersion2 ? ReadVersion2() : ReadVersion1();
    }

    public void Dispose()
    {
        _memory.Dispose();
        _other.Dispose();
    }

    // memory.rst of version 1: the eventfd is also signalled when the folder is removed.
    private OomNews ReadVersion1()
    {
        Span<byte> count = stackalloc byte[sizeof(ulong)];
        _ = Files.TryRead(_memory.Borrow, count, out _);
        return Files.TryStatus(Fd.CurrentDirectory, _folder.Append("cgroup.event_control"u8).Span, AtFlags.None, out _) == 0 ? OomNews.Killed : OomNews.Ended;
    }

    private OomNews ReadVersion2()
    {
        // A change is announced until the file is read through this very descriptor.
        Span<byte> buffer = stackalloc byte[512];
        _ = Files.TryReadAt(_memory.Borrow, buffer, 0, out _);
        long before = _kills;
        _kills = OomKills.Count(_cgroup);
        return _kills > before ? OomNews.Killed : HasEnded() ? OomNews.Ended : OomNews.None;
    }

    private bool HasEnded()
    {
        Span<byte> buffer = stackalloc byte[128];
        return Files.TryReadAt(_other.Borrow, buffer, 0, out int count) != 0 || buffer[..count].IndexOf("populated 0"u8) >= 0;
    }

    private OwnedFd Open(ReadOnlySpan<byte> file) => Files.Open(Fd.CurrentDirectory, _folder.Append(file).Span, OpenFlags.O_RDONLY);
}
