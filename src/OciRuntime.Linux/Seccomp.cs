// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Linux;

/// <summary>seccomp(2): filters of system calls.</summary>
public static unsafe class Seccomp
{
    private const nint SECCOMP_SET_MODE_FILTER = 1;

    /// <summary>Whether the kernel knows all of the flags: without a program it gets no further than to look at them.</summary>
    public static bool Knows(SeccompFilterFlags flags) =>
        Raw.ErrnoOf(Raw.Call(SyscallNumber.Seccomp, SECCOMP_SET_MODE_FILTER, (nint)flags, 0)) == Errno.EFAULT;

    /// <summary>Puts this thread, and all that it will start, under a filter for good. <c>SECCOMP_SET_MODE_FILTER</c>.</summary>
    /// <remarks>Linux 3.17; no threads are synchronized. Needs no_new_privs, or CAP_SYS_ADMIN in the user namespace.</remarks>
    /// <param name="listener">With <c>SECCOMP_FILTER_FLAG_NEW_LISTENER</c> (Linux 5.0), else null; close-on-exec.</param>
    /// <returns>EACCES: neither of the two; EINVAL: the program or a flag; EBUSY: a filter with a listener is already there; ENOMEM: too many.</returns>
    public static Errno TryLoadFilter(ReadOnlySpan<SockFilter> program, SeccompFilterFlags flags, out OwnedFd? listener)
    {
        fixed (SockFilter* instructions = program)
        {
            // struct sock_fprog, include/uapi/linux/filter.h: the length in 16 bits, then the pointer.
            nint* description = stackalloc nint[2];
            description[0] = program.Length;
            description[1] = (nint)instructions;
            nint result = Raw.Call(SyscallNumber.Seccomp, SECCOMP_SET_MODE_FILTER, (nint)flags, (nint)description);
            listener = result >= 0 && (flags & SeccompFilterFlags.SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0 ? new OwnedFd((int)result) : null;
            return Raw.ErrnoOf(result);
        }
    }
}
