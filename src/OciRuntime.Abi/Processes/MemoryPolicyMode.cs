// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Processes;

/// <summary><c>MPOL_*</c>, include/uapi/linux/mempolicy.h: a mode's number is its index here. set_mempolicy(2).</summary>
public static class MemoryPolicyMode
{
    private static readonly string[] s_names =
    [
        "MPOL_DEFAULT",
        "MPOL_PREFERRED",
        "MPOL_BIND",
        "MPOL_INTERLEAVE",
        "MPOL_LOCAL",
        "MPOL_PREFERRED_MANY",
        "MPOL_WEIGHTED_INTERLEAVE",
    ];

    public static ReadOnlySpan<string> Names => s_names;

    /// <returns>The number, or -1 for an unknown name.</returns>
    public static int NumberOf(string name) => Names.IndexOf(name);
}

/// <summary><c>MPOL_F_*</c> that set_mempolicy(2) takes beside the mode: the first one's bit is <see cref="FirstBit"/>.</summary>
public static class MemoryPolicyFlag
{
    public const int FirstBit = 13;

    private static readonly string[] s_names =
    [
        "MPOL_F_NUMA_BALANCING",
        "MPOL_F_RELATIVE_NODES",
        "MPOL_F_STATIC_NODES",
    ];

    public static ReadOnlySpan<string> Names => s_names;

    /// <returns>0 for an unknown name.</returns>
    public static uint ValueOf(string name) => Names.IndexOf(name) is var index and >= 0 ? 1u << (FirstBit + index) : 0;
}
