// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;

namespace OciRuntime.Linux;

/// <summary>What runs before the .NET runtime does: the linker makes it the executable's DT_INIT, and libc calls it ahead of main.</summary>
/// <remarks>
/// There is no runtime yet: no allocation, no exceptions, no strings, no static constructors. The runtime's own second thread inherits the signal
/// mask of this moment. If it had the signals open that a container in the foreground is to get, the kernel would give them to that thread
/// (signal(7): any thread that does not block them), whose default action ends the process. <see cref="Restore"/> gives the first thread, which
/// alone handles signals, the caller's mask back.
/// </remarks>
public static unsafe class StartHook
{
    // Faults of our own, which must reach the thread that made them, and the first three real-time signals: the runtime stops threads by one.
    private const ulong NeverBlocked = (1UL << 3) | (1UL << 4) | (1UL << 5) | (1UL << 6) | (1UL << 7) | (1UL << 10) | (1UL << 30)
        | (1UL << 33) | (1UL << 34) | (1UL << 35);

    private static ulong s_callersMask;
    private static bool s_hasRun;

    /// <summary>Whether the executable was linked so that the hook ran. Without it signals may end a foreground run.</summary>
    public static bool HasRun => s_hasRun;

    /// <summary>Gives this thread the mask that the caller of the executable had.</summary>
    public static void Restore()
    {
        if (s_hasRun)
        {
            _ = Signals.SetMask(s_callersMask);
        }
    }

    [System.Runtime.RuntimeExport("ocirun_start")]
    internal static void BeforeRuntime()
    {
        const nint SIG_SETMASK = 2;
        const nint SignalSetSize = 8;
        ulong blocked = ~NeverBlocked;
        ulong callers = 0;
        if (Raw.Call(SyscallNumber.RtSigprocmask, SIG_SETMASK, (nint)(&blocked), (nint)(&callers), SignalSetSize) == 0)
        {
            s_callersMask = callers;
            s_hasRun = true;
        }
    }
}
