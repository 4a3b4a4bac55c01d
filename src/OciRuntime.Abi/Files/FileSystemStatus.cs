// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Files;

/// <summary><c>struct statfs</c>, include/uapi/asm-generic/statfs.h: 120 bytes on 64-bit machines, of which ocirun names what it uses. statfs(2).</summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
public struct FileSystemStatus
{
    [FieldOffset(0)] public long Type;
    [FieldOffset(80)] public FileSystemFlags Flags;
}

/// <summary><c>ST_*</c>, include/linux/statfs.h: of the mount as far as it has the flag. statfs(2).</summary>
[Flags]
public enum FileSystemFlags : long
{
    None = 0,
    ReadOnly = 0x1,
    NoSuid = 0x2,
    NoDev = 0x4,
    NoExec = 0x8,
}
