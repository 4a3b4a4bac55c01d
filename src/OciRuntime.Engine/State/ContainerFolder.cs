// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text.Json;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine.State;

/// <summary>One container's folder below the state root, and the lock on it that makes commands take turns.</summary>
/// <remarks>
/// <c>state.json</c> is the record, <c>config.json</c> the container's own copy of its configuration, <c>start.sock</c> where its first
/// process waits for start. The kernel closes that socket when the program starts or the process dies: whether somebody listens says
/// "created", and nobody has to write it down.
/// </remarks>
public sealed class ContainerFolder : IDisposable
{
    private const int LOCK_SH = 1;
    private const int LOCK_EX = 2;
    private const int LOCK_NB = 4;
    private const int LOCK_UN = 8;
    private const uint PrivateFile = 0x180; // 0600

    internal const string NotifySocketName = "notify.sock";

    private readonly OwnedFd _folder;
    private readonly string _root;

    internal ContainerFolder(OwnedFd folder, string root, string id) => (_folder, _root, Id) = (folder, root, id);

    public string Id { get; }

    private static ReadOnlySpan<byte> RecordName => "state.json\0"u8;

    private static ReadOnlySpan<byte> NewRecordName => "state.json.new\0"u8;

    private static ReadOnlySpan<byte> ConfigName => "config.json\0"u8;

    private static ReadOnlySpan<byte> NotifyFolderName => "notify\0"u8;

    private static ReadOnlySpan<byte> SocketName => "start.sock\0"u8;

    // By way of this process's descriptor: short enough for any root folder.
    private KernelString SocketPath => KernelString.Of($"/proc/self/fd/{_folder.Borrow.Number}/start.sock");

    /// <summary>Waits for the command that is at work on this container.</summary>
    /// <returns>False if it removed the container.</returns>
    public bool Lock()
    {
        Throw(Files.TryLock(_folder.Borrow, LOCK_EX), "flock");
        return Files.Status(_folder.Borrow).LinkCount > 0;
    }

    /// <summary>Lets other commands at the container while this one goes on.</summary>
    public void Unlock() => Throw(Files.TryLock(_folder.Borrow, LOCK_UN), "flock");

    /// <summary>Whether a command is at work on this container.</summary>
    public bool IsBusy() => IsLocked(_folder.Borrow);

    /// <summary>Makes the folder that the container gets to see, for the socket by which it can say that it is ready.</summary>
    /// <returns>Its path.</returns>
    public string MakeNotifyFolder()
    {
        const uint OnlyOwnerWrites = 0x12; // 022
        const uint FolderMode = 0x1ED; // 0755
        uint mask = Processes.SetFileModeMask(OnlyOwnerWrites);
        try
        {
            Folders.MakeDirectory(_folder.Borrow, NotifyFolderName, FolderMode);
        }
        finally
        {
            _ = Processes.SetFileModeMask(mask);
        }

        return $"{_root}/{Id}/notify";
    }

    /// <summary>The socket in that folder: whoever the container's program runs as may write to it.</summary>
    /// <returns>Null where create made no such folder.</returns>
    public OwnedFd? TryListenForReadiness()
    {
        if (Files.TryOpen(_folder.Borrow, NotifyFolderName, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, 0, out OwnedFd? notify) == Errno.ENOENT)
        {
            return null;
        }

        using (notify)
        {
            uint mask = Processes.SetFileModeMask(0);
            try
            {
                return Sockets.BindDatagrams(KernelString.Of($"/proc/self/fd/{notify!.Borrow.Number}/{NotifySocketName}").Span);
            }
            finally
            {
                _ = Processes.SetFileModeMask(mask);
            }
        }
    }

    /// <summary>Where the first process waits for start. Only the owner of the state may connect, whatever the caller's umask.</summary>
    public OwnedFd ListenForStart()
    {
        const uint OwnerOnly = 0x3F; // 077
        uint mask = Processes.SetFileModeMask(OwnerOnly);
        try
        {
            return Sockets.Listen(SocketPath.Span);
        }
        finally
        {
            _ = Processes.SetFileModeMask(mask);
        }
    }

    /// <summary>Connects to the first process.</summary>
    /// <returns>ECONNREFUSED where its program runs already, or it is dead; ENOENT where it never waited.</returns>
    public Errno TryConnect(out OwnedFd? socket) => Sockets.TryConnect(SocketPath.Span, stream: false, wait: true, out socket);

    /// <summary>Whether the first process has not started its program yet.</summary>
    public bool IsWaitingForStart()
    {
        Errno errno = Sockets.TryConnect(SocketPath.Span, stream: false, wait: false, out OwnedFd? socket);
        socket?.Dispose();

        // EAGAIN: it listens, and its queue is full: the container is frozen.
        return errno is 0 or Errno.EAGAIN;
    }

    public void WriteRecord(ContainerRecord record)
    {
        using (OwnedFd file = Files.Open(_folder.Borrow, NewRecordName, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC, PrivateFile))
        {
            Files.Write(file.Borrow, RecordJson.Write(record));
        }

        Folders.Rename(_folder.Borrow, NewRecordName, RecordName);
    }

    /// <returns>Null where create was killed before it wrote one.</returns>
    /// <exception cref="ContainerException">The file is there, and is no record.</exception>
    public ContainerRecord? ReadRecord()
    {
        byte[]? bytes = ReadAll(RecordName);
        if (bytes is null)
        {
            return null;
        }

        try
        {
            return RecordJson.Read(bytes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ContainerException($"reading {_root}/{Id}/state.json: it is damaged (hint: `ocirun delete --force {Id}` removes the container)");
        }
    }

    public void WriteConfig(ReadOnlySpan<byte> config)
    {
        using OwnedFd file = Files.Open(_folder.Borrow, ConfigName, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, PrivateFile);
        Files.Write(file.Borrow, config);
    }

    /// <returns>Null where there is none.</returns>
    public byte[]? ReadConfig() => ReadAll(ConfigName);

    /// <summary>Removes the folder. The record goes last: as long as there is something to clean, it says what.</summary>
    public void Remove()
    {
        _ = Folders.TryRemove(_folder.Borrow, SocketName);
        _ = Folders.TryRemove(_folder.Borrow, ConfigName);
        _ = Folders.TryRemove(_folder.Borrow, NewRecordName);
        _ = Folders.TryRemove(_folder.Borrow, RecordName);
        KernelString path = KernelString.Of($"{_root}/{Id}");
        Errno errno = Folders.TryRemove(Fd.CurrentDirectory, path.Span, AtFlags.AT_REMOVEDIR);
        if (errno == Errno.ENOTEMPTY)
        {
            _ = Folders.TryRemove(_folder.Borrow, KernelString.Of($"notify/{NotifySocketName}").Span);
            _ = Folders.TryRemove(_folder.Borrow, NotifyFolderName, AtFlags.AT_REMOVEDIR);
            errno = Folders.TryRemove(Fd.CurrentDirectory, path.Span, AtFlags.AT_REMOVEDIR);
        }

        if (errno is not (0 or Errno.ENOENT))
        {
            throw new LinuxException("rmdir", errno, path.ToString());
        }
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsLocked(Fd file)
    {
        Errno errno = Files.TryLock(file, LOCK_SH | LOCK_NB);
        if (errno == 0)
        {
            _ = Files.TryLock(file, LOCK_UN);
        }

        return errno == Errno.EAGAIN;
    }

    private byte[]? ReadAll(ReadOnlySpan<byte> name)
    {
        Errno errno = Files.TryOpen(_folder.Borrow, name, OpenFlags.O_RDONLY, 0, out OwnedFd? file);
        if (errno == Errno.ENOENT)
        {
            return null;
        }

        Throw(errno, "openat");
        using (file)
        {
            return WholeFile.Read(file!.Borrow);
        }
    }

    private void Throw(Errno errno, string call)
    {
        if (errno != 0)
        {
            throw new LinuxException(call, errno, $"{_root}/{Id}");
        }
    }
}
