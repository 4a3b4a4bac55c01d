// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Processes;

/// <summary><c>struct clone_args</c>, include/uapi/linux/sched.h. VER2 = 88 bytes. clone3(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CloneArgs
{
    public CloneFlags Flags;

    /// <summary>Where the kernel stores the pidfd: the address of an int.</summary>
    public ulong PidFd;

    public ulong ChildTid;
    public ulong ParentTid;
    public ulong ExitSignal;
    public ulong Stack;
    public ulong StackSize;
    public ulong Tls;
    public ulong SetTid;
    public ulong SetTidSize;

    /// <summary>The descriptor of a version 2 cgroup folder, for CLONE_INTO_CGROUP.</summary>
    public ulong Cgroup;
}
