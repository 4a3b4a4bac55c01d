// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Seccomp;

/// <summary><c>struct sock_filter</c>, include/uapi/linux/filter.h: one instruction of classic BPF, 8 bytes.</summary>
/// <param name="JumpTrue">How many instructions a jump skips where its comparison holds.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct SockFilter(ushort Code, byte JumpTrue, byte JumpFalse, uint Value)
{
    /// <summary><c>BPF_MAXINSNS</c>, include/uapi/linux/bpf_common.h.</summary>
    public const int MaximumLength = 4096;
}
