// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Processes;

/// <summary><c>RLIMIT_*</c>, include/uapi/asm-generic/resource.h: a limit's number is its index here. prlimit(2).</summary>
public static class Rlimit
{
    private static readonly string[] s_names =
    [
        "RLIMIT_CPU",
        "RLIMIT_FSIZE",
        "RLIMIT_DATA",
        "RLIMIT_STACK",
        "RLIMIT_CORE",
        "RLIMIT_RSS",
        "RLIMIT_NPROC",
        "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK",
        "RLIMIT_AS",
        "RLIMIT_LOCKS",
        "RLIMIT_SIGPENDING",
        "RLIMIT_MSGQUEUE",
        "RLIMIT_NICE",
        "RLIMIT_RTPRIO",
        "RLIMIT_RTTIME",
    ];

    public static ReadOnlySpan<string> Names => s_names;

    /// <returns>The number, or -1 for an unknown name.</returns>
    public static int NumberOf(string name) => Names.IndexOf(name);
}
