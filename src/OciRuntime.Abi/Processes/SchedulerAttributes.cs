// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Processes;

/// <summary><c>struct sched_attr</c>, include/uapi/linux/sched/types.h. VER1 = 56 bytes, which <see cref="Size"/> says. sched_setattr(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SchedulerAttributes
{
    public uint Size;
    public uint Policy;
    public ulong Flags;
    public int Nice;
    public uint Priority;
    public ulong Runtime;
    public ulong Deadline;
    public ulong Period;
    public uint UtilizationMinimum;
    public uint UtilizationMaximum;
}

/// <summary><c>SCHED_*</c>, include/uapi/linux/sched.h, in the spelling of sched(7): a policy's number is its index here.</summary>
public static class SchedulerPolicy
{
    private static readonly string[] s_names =
    [
        "SCHED_OTHER",
        "SCHED_FIFO",
        "SCHED_RR",
        "SCHED_BATCH",
        "SCHED_ISO",
        "SCHED_IDLE",
        "SCHED_DEADLINE",
    ];

    public static ReadOnlySpan<string> Names => s_names;

    /// <returns>The number, or -1 for an unknown name.</returns>
    public static int NumberOf(string name) => Names.IndexOf(name);
}

/// <summary><c>SCHED_FLAG_*</c>, include/uapi/linux/sched.h: a flag's bit is its index here.</summary>
public static class SchedulerFlag
{
    private static readonly string[] s_names =
    [
        "SCHED_FLAG_RESET_ON_FORK",
        "SCHED_FLAG_RECLAIM",
        "SCHED_FLAG_DL_OVERRUN",
        "SCHED_FLAG_KEEP_POLICY",
        "SCHED_FLAG_KEEP_PARAMS",
        "SCHED_FLAG_UTIL_CLAMP_MIN",
        "SCHED_FLAG_UTIL_CLAMP_MAX",
    ];

    public static ReadOnlySpan<string> Names => s_names;

    /// <returns>The number of the bit, or -1 for an unknown name.</returns>
    public static int NumberOf(string name) => Names.IndexOf(name);
}

/// <summary><c>IOPRIO_CLASS_*</c>, include/uapi/linux/ioprio.h: a class's number is its index here. ioprio_set(2).</summary>
public static class IoPriorityClass
{
    /// <summary>Below the class in the number that the kernel takes.</summary>
    public const int IOPRIO_CLASS_SHIFT = 13;

    private static readonly string[] s_names =
    [
        "IOPRIO_CLASS_NONE",
        "IOPRIO_CLASS_RT",
        "IOPRIO_CLASS_BE",
        "IOPRIO_CLASS_IDLE",
    ];

    public static ReadOnlySpan<string> Names => s_names;

    /// <returns>The number, or -1 for an unknown name.</returns>
    public static int NumberOf(string name) => Names.IndexOf(name);
}
