// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Files;

/// <summary><c>struct statx</c>, include/uapi/linux/stat.h: 256 bytes, of which ocirun names what it uses. statx(2).</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct FileStatus
{
    [FieldOffset(0)] public uint Mask;
    [FieldOffset(16)] public uint LinkCount;
    [FieldOffset(20)] public uint UserId;
    [FieldOffset(24)] public uint GroupId;
    [FieldOffset(28)] public ushort Mode;
    [FieldOffset(32)] public ulong Inode;
    [FieldOffset(40)] public ulong Size;
    [FieldOffset(64)] public FileTime AccessTime;
    [FieldOffset(112)] public FileTime ModificationTime;
    [FieldOffset(128)] public uint NodeMajor;
    [FieldOffset(132)] public uint NodeMinor;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;
    [FieldOffset(144)] public ulong MountId;

    /// <summary>The file's type: one of <see cref="FileType"/>.</summary>
    public readonly uint Type => Mode & FileType.S_IFMT;
}

/// <summary><c>struct statx_timestamp</c>, include/uapi/linux/stat.h. statx(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct FileTime
{
    public long Seconds;
    public uint Nanoseconds;
    public int Reserved;
}

/// <summary><c>AT_*</c>, include/uapi/linux/fcntl.h.</summary>
[Flags]
public enum AtFlags : uint
{
    None = 0,
    AT_SYMLINK_NOFOLLOW = 0x100,
    AT_REMOVEDIR = 0x200,
    AT_EMPTY_PATH = 0x1000,
    AT_RECURSIVE = 0x8000,
}
