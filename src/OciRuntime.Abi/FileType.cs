// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Abi;

/// <summary><c>S_IF*</c>, include/uapi/linux/stat.h: the type bits of a mode. inode(7).</summary>
public static class FileType
{
    public const uint S_IFMT = 0xF000;
    public const uint S_IFIFO = 0x1000;
    public const uint S_IFCHR = 0x2000;
    public const uint S_IFDIR = 0x4000;
    public const uint S_IFBLK = 0x6000;
    public const uint S_IFREG = 0x8000;
    public const uint S_IFLNK = 0xA000;
}
