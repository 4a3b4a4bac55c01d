// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Files;

/// <summary><c>struct open_how</c>, include/uapi/linux/openat2.h. VER0 = 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct OpenHow
{
    public OpenFlags Flags;
    public ulong Mode;
    public ResolveFlags Resolve;
}

/// <summary><c>RESOLVE_*</c>, include/uapi/linux/openat2.h. openat2(2).</summary>
[Flags]
public enum ResolveFlags : ulong
{
    None = 0,
    RESOLVE_NO_XDEV = 0x1,
    RESOLVE_NO_MAGICLINKS = 0x2,
    RESOLVE_NO_SYMLINKS = 0x4,
    RESOLVE_BENEATH = 0x8,
    RESOLVE_IN_ROOT = 0x10,
}
