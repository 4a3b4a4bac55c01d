// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Seccomp;

/// <summary>socketcall(2) and ipc(2): one system call for many, told apart by the first argument, on some older architectures.</summary>
public static class CallMultiplexer
{
    public const string Socketcall = "socketcall";
    public const string Ipc = "ipc";

    // include/uapi/linux/net.h, SYS_*: 1 is the first.
    private static readonly string[] s_socketcalls =
    [
        "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv",
        "sendto", "recvfrom", "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
    ];

    // include/uapi/linux/ipc.h, SEMOP and so on: 1 is the first.
    private static readonly string[] s_ipcs =
    [
        "semop", "semget", "semctl", "semtimedop", "", "", "", "", "", "",
        "msgsnd", "msgrcv", "msgget", "msgctl", "", "", "", "", "", "",
        "shmat", "shmdt", "shmget", "shmctl",
    ];

    /// <summary>The name of the call with number 1 + index; empty where there is none.</summary>
    public static ReadOnlySpan<string> SocketcallNames => s_socketcalls;

    /// <summary>The name of the call with number 1 + index; empty where there is none.</summary>
    public static ReadOnlySpan<string> IpcNames => s_ipcs;
}
