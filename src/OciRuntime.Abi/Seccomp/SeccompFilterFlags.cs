// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Seccomp;

/// <summary>Flags of <c>seccomp(SECCOMP_SET_MODE_FILTER)</c>. seccomp(2).</summary>
[Flags]
public enum SeccompFilterFlags : uint
{
    None = 0,
    SECCOMP_FILTER_FLAG_LOG = 0x02,
    SECCOMP_FILTER_FLAG_SPEC_ALLOW = 0x04,
    SECCOMP_FILTER_FLAG_NEW_LISTENER = 0x08,
    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 0x20,
}
