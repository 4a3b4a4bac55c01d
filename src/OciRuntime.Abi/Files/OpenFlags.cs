// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Files;

/// <summary><c>O_*</c>, include/uapi/asm-generic/fcntl.h (x86-64 and arm64 differ in O_DIRECTORY and O_NOFOLLOW: these are x86-64's). open(2).</summary>
[Flags]
public enum OpenFlags : ulong
{
    O_RDONLY = 0,
    O_WRONLY = 0x1,
    O_RDWR = 0x2,
    O_CREAT = 0x40,
    O_EXCL = 0x80,
    O_NOCTTY = 0x100,
    O_TRUNC = 0x200,
    O_APPEND = 0x400,
    O_NONBLOCK = 0x800,
    O_DIRECTORY = 0x10000,
    O_NOFOLLOW = 0x20000,
    O_CLOEXEC = 0x80000,
    O_SYNC = 0x101000,
    O_PATH = 0x200000,
}
