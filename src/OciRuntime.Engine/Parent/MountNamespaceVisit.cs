// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>While it lasts, this thread's paths are those of another mount namespace, and its rights are still its own.</summary>
internal sealed class MountNamespaceVisit : IDisposable
{
    private const OpenFlags Folder = OpenFlags.O_PATH | OpenFlags.O_DIRECTORY;

    private readonly OwnedFd _own = Files.Open(Fd.CurrentDirectory, "/proc/self/ns/mnt\0"u8, OpenFlags.O_RDONLY);
    private readonly OwnedFd _root = Files.Open(Fd.CurrentDirectory, "/\0"u8, Folder);
    private readonly OwnedFd _current = Files.Open(Fd.CurrentDirectory, ".\0"u8, Folder);

    public MountNamespaceVisit(Fd other)
    {
        // setns(2): not while root and current directory are shared with the runtime's other thread.
        Namespaces.Unshare(CloneFlags.CLONE_FS);
        Namespaces.Join(other, CloneFlags.CLONE_NEWNS);
    }

    // setns(2) goes to the root of the namespace, which need not be the one that this process was given.
    public void Dispose()
    {
        Namespaces.Join(_own.Borrow, CloneFlags.CLONE_NEWNS);
        Processes.ChangeDirectory(_root.Borrow);
        Mounts.ChangeRoot(".\0"u8);
        Processes.ChangeDirectory(_current.Borrow);
        _own.Dispose();
        _root.Dispose();
        _current.Dispose();
    }
}
