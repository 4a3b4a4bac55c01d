// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine;

/// <summary>Small files, whole.</summary>
internal static class WholeFile
{
    /// <summary>To the end, whatever its size says: files of /proc and cgroups have none.</summary>
    public static byte[] Read(Fd file)
    {
        byte[] buffer = new byte[4096];
        int filled = 0;
        while (true)
        {
            int count = Files.Read(file, buffer.AsSpan(filled));
            if (count == 0)
            {
                return buffer.AsSpan(0, filled).ToArray();
            }

            filled += count;
            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    /// <returns>Null where it can't be opened or read: it is gone.</returns>
    public static byte[]? TryRead(ReadOnlySpan<byte> path)
    {
        if (Files.TryOpen(Fd.CurrentDirectory, path, OpenFlags.O_RDONLY, 0, out OwnedFd? file) != 0)
        {
            return null;
        }

        using (file)
        {
            byte[] buffer = new byte[4096];
            int filled = 0;
            while (Files.TryRead(file!.Borrow, buffer.AsSpan(filled), out int count) == 0)
            {
                filled += count;
                if (count == 0)
                {
                    return buffer.AsSpan(0, filled).ToArray();
                }

                Array.Resize(ref buffer, Math.Max(buffer.Length, filled * 2));
            }

            return null;
        }
    }

    /// <summary>Opens, writes once, closes: how files of /proc and cgroups are set.</summary>
    public static Errno TryWrite(Fd directory, ReadOnlySpan<byte> path, ReadOnlySpan<byte> value)
    {
        Errno errno = Files.TryOpen(directory, path, OpenFlags.O_WRONLY, 0, out OwnedFd? file);
        if (errno != 0)
        {
            return errno;
        }

        using (file)
        {
            return Files.TryWrite(file!.Borrow, value, out _);
        }
    }

    /// <summary>The decimal digits of <paramref name="number"/>.</summary>
    public static ReadOnlySpan<byte> Digits(long number, Span<byte> buffer)
    {
        number.TryFormat(buffer, out int length, default, CultureInfo.InvariantCulture);
        return buffer[..length];
    }
}
