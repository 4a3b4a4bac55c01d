// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;

namespace OciRuntime.Linux;

/// <summary>A refused kernel call: <c>openat2 /etc/passwd: EACCES (permission denied)</c>.</summary>
public sealed class LinuxException(string call, Errno errno, string subject)
    : Exception(subject.Length == 0 ? $"{call}{Hint(errno)}: {ErrnoText.Of(errno)}" : $"{call} {subject}{Hint(errno)}: {ErrnoText.Of(errno)}")
{
    public Errno Errno { get; } = errno;

    // No fallbacks for older kernels: what is missing is said.
    private static string Hint(Errno errno) => errno == Errno.ENOSYS ? " (hint: ocirun needs Linux 5.14 or newer)" : "";

    /// <param name="subject">Ends with NUL, as it went to the kernel. Rendered only on failure.</param>
    internal static nint ThrowIfError(nint result, string call, ReadOnlySpan<byte> subject)
    {
        if (Raw.ErrnoOf(result) is var errno and not 0)
        {
            throw new LinuxException(call, errno, Encoding.UTF8.GetString(subject.TrimEnd((byte)0)));
        }

        return result;
    }

    internal static nint ThrowIfError(nint result, string call)
    {
        if (Raw.ErrnoOf(result) is var errno and not 0)
        {
            throw new LinuxException(call, errno, "");
        }

        return result;
    }

    internal static nint ThrowIfError(nint result, string call, long number)
    {
        if (Raw.ErrnoOf(result) is var errno and not 0)
        {
            throw new LinuxException(call, errno, number.ToString(CultureInfo.InvariantCulture));
        }

        return result;
    }
}
