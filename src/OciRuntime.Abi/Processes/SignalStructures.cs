// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Processes;

/// <summary>The kernel's <c>struct sigaction</c>, arch/x86/include/uapi/asm/signal.h: 32 bytes. rt_sigaction(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SignalAction
{
    public nint Handler;
    public ulong Flags;
    public nint Restorer;
    public ulong Mask;
}

/// <summary><c>struct signalfd_siginfo</c>, include/uapi/linux/signalfd.h: 128 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct SignalInfo
{
    [FieldOffset(0)] public uint Signal;
    [FieldOffset(12)] public uint Pid;
}

/// <summary>The fields of <c>siginfo_t</c> that waitid(2) fills, include/uapi/asm-generic/siginfo.h: 128 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct WaitInfo
{
    [FieldOffset(0)] public int Signal;
    [FieldOffset(8)] public int Code;
    [FieldOffset(16)] public int Pid;
    [FieldOffset(24)] public int Status;
}

/// <summary><c>struct pollfd</c>, include/uapi/asm-generic/poll.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PollEntry
{
    public const short POLLIN = 0x1;
    public const short POLLPRI = 0x2;
    public const short POLLOUT = 0x4;
    public const short POLLERR = 0x8;
    public const short POLLHUP = 0x10;

    public int Descriptor;
    public short Events;
    public short Returned;
}

/// <summary><c>struct rlimit64</c>, include/uapi/linux/resource.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ResourceLimit
{
    public ulong Soft;
    public ulong Hard;
}
