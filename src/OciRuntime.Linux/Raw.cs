// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace OciRuntime.Linux;

/// <summary>The single import point: syscall(2), with the kernel's own convention of a negative errno restored.</summary>
internal static unsafe partial class Raw
{
    private const nint HighestErrno = 4095;

    // No GC transition: after a raw clone the child has no other thread that could end a suspension it waited for.
    [LibraryImport("libc", EntryPoint = "syscall"), SuppressGCTransition]
    private static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SyscallBlocking(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", EntryPoint = "__errno_location"), SuppressGCTransition]
    private static partial int* ErrnoLocation();

    /// <summary>For calls that return soon.</summary>
    /// <returns>The kernel's result, or −errno (−4095..−1).</returns>
    internal static nint Call(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        nint result = Syscall(number, a, b, c, d, e, f);
        return result == -1 ? -*ErrnoLocation() : result;
    }

    /// <summary>For calls that wait: the finalizer thread may collect meanwhile.</summary>
    /// <returns>The kernel's result, or −errno (−4095..−1).</returns>
    internal static nint CallBlocking(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        nint result = SyscallBlocking(number, a, b, c, d, e, f);
        return result == -1 ? -*ErrnoLocation() : result;
    }

    internal static Errno ErrnoOf(nint result) => result is < 0 and >= -HighestErrno ? (Errno)(-result) : 0;

    /// <returns><paramref name="path"/>, of which the caller promises that it ends with NUL.</returns>
    internal static ReadOnlySpan<byte> Terminated(ReadOnlySpan<byte> path) =>
        !path.IsEmpty && path[^1] == 0 ? path : throw new ArgumentException("a path for the kernel ends with NUL", nameof(path));
}
