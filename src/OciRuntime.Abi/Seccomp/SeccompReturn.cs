// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Abi.Seccomp;

/// <summary><c>SECCOMP_RET_*</c>, include/uapi/linux/seccomp.h: the verdicts of a filter. The lower 16 bits are data, as an error number.</summary>
/// <remarks>As signed numbers, the smaller one takes precedence.</remarks>
public static class SeccompReturn
{
    public const uint SECCOMP_RET_KILL_PROCESS = 0x80000000;
    public const uint SECCOMP_RET_KILL_THREAD = 0x00000000;
    public const uint SECCOMP_RET_TRAP = 0x00030000;
    public const uint SECCOMP_RET_ERRNO = 0x00050000;
    public const uint SECCOMP_RET_USER_NOTIF = 0x7FC00000;
    public const uint SECCOMP_RET_TRACE = 0x7FF00000;
    public const uint SECCOMP_RET_LOG = 0x7FFC0000;
    public const uint SECCOMP_RET_ALLOW = 0x7FFF0000;

    public const uint DataMask = 0x0000FFFF;
}
