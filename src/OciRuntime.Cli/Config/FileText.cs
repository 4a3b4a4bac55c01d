// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Spec.Json;

namespace OciRuntime.Cli.Config;

/// <summary>Whole files of the host, of a bounded size.</summary>
internal static class FileText
{
    private const int SmallestBuffer = 4096;
    private const OpenFlags ReadOnly = OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY;

    /// <summary>Reads a document of at most <see cref="SpecReader.MaximumBytes"/>.</summary>
    /// <param name="shown">The file's name in messages.</param>
    /// <param name="missingHint">What to do where there is no such file.</param>
    /// <exception cref="CommandException">It can't be read, is too large, or no regular file: a FIFO would never end.</exception>
    /// <param name="mayBePipe">As of a shell's <c>&lt;(command)</c>: read until its writers close it.</param>
    internal static byte[] Read(Fd directory, string path, string shown, string? missingHint = null, bool mayBePipe = false)
    {
        // Without O_NONBLOCK the open of a FIFO waits for a writer.
        Errno errno = Files.TryOpen(directory, KernelString.Of(path).Span, ReadOnly, mode: 0, out OwnedFd? file);
        if (file is null)
        {
            throw new CommandException($"cannot read {shown}: {ErrnoText.Of(errno)}", errno == Errno.ENOENT ? missingHint : null);
        }

        using (file)
        {
            FileStatus status = Files.Status(file.Borrow);
            if (status.Type == FileType.S_IFIFO && mayBePipe)
            {
                Files.SetBlocking(file.Borrow);
                byte[] piped = ReadToEnd(file.Borrow, SmallestBuffer, SpecReader.MaximumBytes);
                return piped.Length <= SpecReader.MaximumBytes ? piped : throw new CommandException(SpecReader.TooLarge(shown, piped.Length));
            }

            if (status.Type != FileType.S_IFREG)
            {
                string problem = status.Type == FileType.S_IFDIR ? ErrnoText.Of(Errno.EISDIR) : "not a regular file";
                throw new CommandException($"cannot read {shown}: {problem}");
            }

            if (status.Size > SpecReader.MaximumBytes)
            {
                throw new CommandException(SpecReader.TooLarge(shown, unchecked((long)status.Size)));
            }

            // One byte more than the size: the end shows without growing the buffer.
            byte[] bytes = ReadToEnd(file.Borrow, (int)status.Size + 1, SpecReader.MaximumBytes);
            return bytes.Length <= SpecReader.MaximumBytes ? bytes : throw new CommandException(SpecReader.TooLarge(shown, bytes.Length));
        }
    }

    /// <summary>The same of something that has no size: a pipe.</summary>
    internal static byte[] ReadStream(Fd file, string shown)
    {
        byte[] bytes = ReadToEnd(file, SmallestBuffer, SpecReader.MaximumBytes);
        return bytes.Length <= SpecReader.MaximumBytes ? bytes : throw new CommandException(SpecReader.TooLarge(shown, bytes.Length));
    }

    /// <returns>What could be read of a file that is useful, not needed.</returns>
    internal static byte[] ReadIfPossible(ReadOnlySpan<byte> path, int maximumBytes)
    {
        if (Files.TryOpen(Fd.CurrentDirectory, path, ReadOnly, mode: 0, out OwnedFd? file) != 0)
        {
            return [];
        }

        using (file)
        {
            return ReadToEnd(file!.Borrow, SmallestBuffer, maximumBytes);
        }
    }

    /// <returns>The file, or a little more than <paramref name="maximumBytes"/> of it.</returns>
    private static byte[] ReadToEnd(Fd file, int expectedBytes, int maximumBytes)
    {
        byte[] buffer = new byte[Math.Max(expectedBytes, SmallestBuffer)];
        int filled = 0;
        while (Files.Read(file, buffer.AsSpan(filled)) is > 0 and int count)
        {
            filled += count;
            if (filled > maximumBytes)
            {
                break;
            }

            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        return buffer[..filled];
    }
}
