// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;

namespace OciRuntime.Linux;

/// <summary>Making, awaiting, signalling and replacing processes.</summary>
public static unsafe class Processes
{
    private const nint P_PID = 1;
    private const nint P_PIDFD = 3;
    private const nint WNOHANG = 1;
    private const nint WEXITED = 4;

    /// <summary><c>clone3(2)</c> with SIGCHLD and CLONE_PIDFD: the child goes on here, as a copy with this thread alone.</summary>
    /// <param name="cgroup">The version 2 folder to be born in, with CLONE_INTO_CGROUP.</param>
    /// <param name="pidFd">The child's, in the parent; null in the child.</param>
    /// <returns>0 in the child, its pid in the parent.</returns>
    /// <remarks>
    /// The caller has blocked <see cref="Signals.AllButFaults"/>. In the child: no thread, no lock, no finalizer, no libc call but syscall(2); it ends by
    /// <see cref="Exit"/> or <see cref="Execute"/>.
    /// </remarks>
    /// <exception cref="LinuxException">EPERM, ENOSPC (too many namespaces), EAGAIN (pids limit), EBUSY (cgroup with controllers and children).</exception>
    public static int Clone(CloneFlags flags, Fd? cgroup, out OwnedFd? pidFd)
    {
        CloneArgs args = new()
        {
            Flags = flags | (cgroup is null ? CloneFlags.None : CloneFlags.CLONE_INTO_CGROUP),
            ExitSignal = (ulong)Signum.SIGCHLD,
            Cgroup = (ulong)(cgroup?.Number ?? 0),
        };
        return Clone(args, out pidFd);
    }

    /// <summary><c>clone3(2)</c> with CLONE_PARENT: as <see cref="Clone(CloneFlags, Fd?, out OwnedFd?)"/>, but the new process is a child of the caller's parent.</summary>
    public static int CloneSibling(CloneFlags flags, out OwnedFd? pidFd) =>
        Clone(new CloneArgs { Flags = flags | CloneFlags.CLONE_PARENT }, out pidFd);

    private static int Clone(CloneArgs args, out OwnedFd? pidFd)
    {
        int descriptor = -1;
        args.Flags |= CloneFlags.CLONE_PIDFD;
        args.PidFd = (ulong)&descriptor;
        nint result = Raw.Call(SyscallNumber.Clone3, (nint)(&args), sizeof(CloneArgs));
        pidFd = result > 0 ? new OwnedFd(descriptor) : null;
        return (int)LinuxException.ThrowIfError(result, "clone3");
    }

    /// <summary><c>execve(2)</c>. Returns only if it fails.</summary>
    public static Errno Execute(ReadOnlySpan<byte> path, ArgumentBlock argv, ArgumentBlock envp)
    {
        fixed (byte* name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Execve, (nint)name, argv.Address, envp.Address));
        }
    }

    /// <summary><c>exit_group(2)</c>: at once, without any handler of the .NET runtime.</summary>
    public static void Exit(int status)
    {
        while (true)
        {
            _ = Raw.Call(SyscallNumber.ExitGroup, status);

            // seccomp(2): a filter may refuse even that. What it can't refuse is a fault, whose disposition is the default by then.
            Volatile.Write(ref *(int*)null, status);
        }
    }

    /// <summary><c>waitid(2)</c> for a child to end; it is reaped.</summary>
    public static WaitInfo Wait(Fd pidFd)
    {
        WaitInfo info = default;
        nint result;
        do
        {
            result = Raw.CallBlocking(SyscallNumber.Waitid, P_PIDFD, pidFd.Number, (nint)(&info), WEXITED, 0);
        }
        while (Raw.ErrnoOf(result) == Errno.EINTR);
        LinuxException.ThrowIfError(result, "waitid", pidFd.Number);
        return info;
    }

    /// <summary><c>waitid(2)</c> with WNOHANG and WNOWAIT: how a child ended, leaving it to be reaped.</summary>
    /// <returns>False where it has not ended, or is no child of ours.</returns>
    public static bool TryPeek(Fd pidFd, out WaitInfo info)
    {
        const nint WNOWAIT = 0x1000000;
        fixed (WaitInfo* to = &info)
        {
            nint result = Raw.Call(SyscallNumber.Waitid, P_PIDFD, pidFd.Number, (nint)to, WEXITED | WNOHANG | WNOWAIT, 0);
            return result == 0 && to->Pid != 0;
        }
    }

    /// <summary>A child that has ended, left to be reaped. <c>waitid(2)</c> with P_ALL, WNOHANG and WNOWAIT.</summary>
    /// <returns>Pid 0 where none has ended, or there is no child.</returns>
    public static WaitInfo PeekOne()
    {
        const nint P_ALL = 0;
        const nint WNOWAIT = 0x1000000;
        WaitInfo info = default;
        _ = Raw.Call(SyscallNumber.Waitid, P_ALL, 0, (nint)(&info), WEXITED | WNOHANG | WNOWAIT, 0);
        return info;
    }

    /// <summary>Reaps a child if it has ended. <c>waitid(2)</c> with P_PID and WNOHANG.</summary>
    /// <returns>Pid 0 where it has not ended.</returns>
    public static WaitInfo ReapOne(int pid)
    {
        WaitInfo info = default;
        _ = Raw.Call(SyscallNumber.Waitid, P_PID, pid, (nint)(&info), WEXITED | WNOHANG, 0);
        return info;
    }

    /// <summary><c>pidfd_open(2)</c>, Linux 5.3.</summary>
    /// <returns>ESRCH where there is no such process.</returns>
    public static Errno TryOpen(int pid, out OwnedFd? pidFd)
    {
        nint result = Raw.Call(SyscallNumber.PidfdOpen, pid, 0);
        pidFd = result < 0 ? null : new OwnedFd((int)result);
        return Raw.ErrnoOf(result);
    }

    /// <summary>A copy of another process's descriptor, close-on-exec. <c>pidfd_getfd(2)</c>, Linux 5.6.</summary>
    /// <returns>EPERM: the other can't be traced (ptrace(2)); EBADF: it has no such descriptor; ESRCH: it has ended.</returns>
    public static Errno TryTakeDescriptor(Fd pidFd, int number, out OwnedFd? descriptor)
    {
        nint result = Raw.Call(SyscallNumber.PidfdGetfd, pidFd.Number, number, 0);
        descriptor = result < 0 ? null : new OwnedFd((int)result);
        return Raw.ErrnoOf(result);
    }

    /// <summary><c>pidfd_send_signal(2)</c>, Linux 5.1. Signal 0 only asks.</summary>
    public static Errno TrySignal(Fd pidFd, int signal) =>
        Raw.ErrnoOf(Raw.Call(SyscallNumber.PidfdSendSignal, pidFd.Number, signal, 0, 0));

    /// <summary><c>kill(2)</c>.</summary>
    public static Errno TrySignal(int pid, int signal) => Raw.ErrnoOf(Raw.Call(SyscallNumber.Kill, pid, signal));

    /// <summary><c>getpid(2)</c>.</summary>
    public static int Id => (int)Raw.Call(SyscallNumber.Getpid);

    /// <summary><c>setsid(2)</c>.</summary>
    public static void StartSession() => LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Setsid), "setsid");

    /// <summary><c>umask(2)</c>.</summary>
    /// <returns>The mask until now.</returns>
    public static uint SetFileModeMask(uint mask) => (uint)Raw.Call(SyscallNumber.Umask, (nint)mask);

    /// <summary><c>chdir(2)</c>.</summary>
    public static Errno TryChangeDirectory(ReadOnlySpan<byte> path)
    {
        fixed (byte* name = Raw.Terminated(path))
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Chdir, (nint)name));
        }
    }

    /// <summary><c>fchdir(2)</c>.</summary>
    public static void ChangeDirectory(Fd directory) =>
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Fchdir, directory.Number), "fchdir", directory.Number);

    /// <summary><c>getcwd(2)</c>: starts with <c>(unreachable)</c> where the directory is not below the root.</summary>
    /// <returns>Without terminator.</returns>
    public static ReadOnlySpan<byte> CurrentDirectory(Span<byte> buffer)
    {
        fixed (byte* to = buffer)
        {
            nint length = LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Getcwd, (nint)to, buffer.Length), "getcwd");
            return buffer[..((int)length - 1)];
        }
    }

    /// <summary><c>prlimit(2)</c> of a process.</summary>
    public static Errno TrySetLimit(int pid, int resource, ulong soft, ulong hard)
    {
        ResourceLimit limit = new() { Soft = soft, Hard = hard };
        return Raw.ErrnoOf(Raw.Call(SyscallNumber.Prlimit64, pid, resource, (nint)(&limit), 0));
    }

    /// <summary><c>prctl(2)</c>.</summary>
    public static Errno TryControl(ProcessControl option, nint a = 0, nint b = 0) =>
        Raw.ErrnoOf(Raw.Call(SyscallNumber.Prctl, (nint)option, a, b, 0, 0));

    public static void Control(ProcessControl option, nint a = 0, nint b = 0) =>
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Prctl, (nint)option, a, b, 0, 0), "prctl", (long)option);

    /// <summary><c>ppoll(2)</c>, again after EINTR.</summary>
    /// <param name="timeoutMilliseconds">Negative: without end.</param>
    /// <returns>How many entries have something to say; 0 after the time is over.</returns>
    public static int Poll(Span<PollEntry> entries, long timeoutMilliseconds = -1)
    {
        long* time = stackalloc long[2];
        time[0] = timeoutMilliseconds / 1000;
        time[1] = timeoutMilliseconds % 1000 * 1_000_000L;
        fixed (PollEntry* first = entries)
        {
            nint result;
            do
            {
                // The kernel writes the time that is left back, so trying again goes on with it.
                result = Raw.CallBlocking(SyscallNumber.Ppoll, (nint)first, entries.Length, timeoutMilliseconds < 0 ? 0 : (nint)time, 0, 0);
            }
            while (Raw.ErrnoOf(result) == Errno.EINTR);
            return (int)LinuxException.ThrowIfError(result, "ppoll");
        }
    }

    /// <summary>Lets another thread run. <c>sched_yield(2)</c>.</summary>
    public static void Yield() => _ = Raw.CallBlocking(SyscallNumber.SchedYield);

    /// <summary>The wall clock in nanoseconds since 1970. <c>clock_gettime(2)</c>.</summary>
    public static long RealTimeNanoseconds()
    {
        long* time = stackalloc long[2];
        _ = Raw.Call(SyscallNumber.ClockGettime, 0, (nint)time);
        return (time[0] * 1_000_000_000L) + time[1];
    }

    /// <summary>The monotonic clock in nanoseconds. <c>clock_gettime(2)</c>.</summary>
    public static long MonotonicNanoseconds()
    {
        long* time = stackalloc long[2];
        _ = Raw.Call(SyscallNumber.ClockGettime, 1, (nint)time);
        return (time[0] * 1_000_000_000L) + time[1];
    }
}

/// <summary><c>PR_*</c>, include/uapi/linux/prctl.h.</summary>
public enum ProcessControl
{
    PR_SET_PDEATHSIG = 1,
    PR_SET_DUMPABLE = 4,
    PR_SET_KEEPCAPS = 8,
    PR_CAPBSET_DROP = 24,
    PR_SET_CHILD_SUBREAPER = 36,
    PR_SET_NO_NEW_PRIVS = 38,
    PR_CAP_AMBIENT = 47,
}
