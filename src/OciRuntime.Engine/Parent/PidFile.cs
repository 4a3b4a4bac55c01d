// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>--pid-file: decimal digits and no newline, there at once or not at all (anchors B.4).</summary>
internal static class PidFile
{
    private const uint FileMode = 0x1A4; // 0644

    public static void Write(string path, int pid)
    {
        int slash = path.LastIndexOf('/');
        string folder = slash < 0 ? "." : path[..(slash + 1)];
        KernelString name = KernelString.Of(path.AsSpan(slash + 1));
        KernelString temporary = KernelString.Of($".{path.AsSpan(slash + 1)}");
        try
        {
            using OwnedFd directory = Files.Open(Fd.CurrentDirectory, KernelString.Of(folder).Span, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
            WriteTemporary(directory.Borrow, temporary, pid);
            MoveIntoPlace(directory.Borrow, temporary, name);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"writing the pid file {path} (--pid-file): {e.Message}");
        }
    }

    private static void MoveIntoPlace(Fd directory, KernelString temporary, KernelString name)
    {
        try
        {
            Folders.Rename(directory, temporary.Span, name.Span);
        }
        catch (LinuxException)
        {
            _ = Folders.TryRemove(directory, temporary.Span);
            throw;
        }
    }

    private static void WriteTemporary(Fd directory, KernelString name, int pid)
    {
        const OpenFlags New = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
        Errno errno = Files.TryOpen(directory, name.Span, New, FileMode, out OwnedFd? file);
        if (errno == Errno.EEXIST)
        {
            // Of a runtime that was killed in between.
            _ = Folders.TryRemove(directory, name.Span);
            errno = Files.TryOpen(directory, name.Span, New, FileMode, out file);
        }

        if (errno != 0)
        {
            throw new LinuxException("openat", errno, name.ToString());
        }

        using (file)
        {
            Span<byte> digits = stackalloc byte[20];
            Files.Write(file!.Borrow, WholeFile.Digits(pid, digits));
        }
    }
}
