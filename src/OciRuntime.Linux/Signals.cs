// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;

namespace OciRuntime.Linux;

/// <summary>signal(7). A mask has bit n − 1 for signal n.</summary>
public static unsafe class Signals
{
    public const int Count = 64;
    private const nint SignalSetSize = 8;
    private const nint SIG_SETMASK = 2;

    /// <summary>All signals but those that say that this program itself went wrong: the runtime makes exceptions of some, and blocked they kill.</summary>
    public static ulong AllButFaults => ~(MaskOf(Signum.SIGSEGV) | MaskOf(Signum.SIGBUS) | MaskOf(Signum.SIGFPE) | MaskOf(Signum.SIGILL)
        | MaskOf(Signum.SIGTRAP) | MaskOf(Signum.SIGABRT) | MaskOf(Signum.SIGSYS));

    public static ulong MaskOf(Signum signal) => 1UL << ((int)signal - 1);

    /// <summary><c>rt_sigprocmask(2)</c> of this thread.</summary>
    /// <returns>The mask until now.</returns>
    public static ulong SetMask(ulong mask)
    {
        ulong old = 0;
        _ = Raw.Call(SyscallNumber.RtSigprocmask, SIG_SETMASK, (nint)(&mask), (nint)(&old), SignalSetSize);
        return old;
    }

    /// <summary>Every disposition back to the default: an ignored signal stays ignored over execve, and the .NET runtime ignores SIGPIPE.</summary>
    /// <remarks>Just before execve: until then the runtime's handlers turn faults into exceptions.</remarks>
    public static void ResetDispositions()
    {
        SignalAction action = default;
        for (int signal = 1; signal <= Count; signal++)
        {
            // SIGKILL and SIGSTOP refuse; they have nothing to reset.
            _ = Raw.Call(SyscallNumber.RtSigaction, signal, (nint)(&action), 0, SignalSetSize);
        }
    }

    /// <summary>One disposition back to the default.</summary>
    public static void ResetDisposition(Signum signal)
    {
        SignalAction action = default;
        _ = Raw.Call(SyscallNumber.RtSigaction, (nint)signal, (nint)(&action), 0, SignalSetSize);
    }

    /// <summary><c>signalfd(2)</c>, non-blocking, for signals that are blocked.</summary>
    public static OwnedFd OpenDescriptor(ulong mask)
    {
        const nint SFD_CLOEXEC_NONBLOCK = 0x80800;
        nint result = Raw.Call(SyscallNumber.Signalfd4, -1, (nint)(&mask), SignalSetSize, SFD_CLOEXEC_NONBLOCK);
        return new OwnedFd((int)LinuxException.ThrowIfError(result, "signalfd4"));
    }

    /// <returns>False where no signal is pending.</returns>
    public static bool TryReadDescriptor(Fd file, out SignalInfo info)
    {
        fixed (SignalInfo* to = &info)
        {
            return Files.TryRead(file, new Span<byte>(to, sizeof(SignalInfo)), out int count) == 0 && count == sizeof(SignalInfo);
        }
    }
}
