// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;

namespace OciRuntime.Linux;

/// <summary>xattr(7), by real descriptors, not O_PATH ones. Names end with NUL.</summary>
public static unsafe class ExtendedAttributes
{
    /// <summary>include/uapi/linux/limits.h: XATTR_LIST_MAX and XATTR_SIZE_MAX.</summary>
    public const int MaximumSize = 65536;

    /// <summary><c>flistxattr(2)</c>: the names, each with its NUL, one after the other.</summary>
    public static Errno TryList(Fd file, Span<byte> names, out int length)
    {
        fixed (byte* to = names)
        {
            nint result = Raw.Call(SyscallNumber.Flistxattr, file.Number, (nint)to, names.Length);
            length = result < 0 ? 0 : (int)result;
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary><c>fgetxattr(2)</c>.</summary>
    public static Errno TryGet(Fd file, ReadOnlySpan<byte> name, Span<byte> value, out int length)
    {
        fixed (byte* text = Raw.Terminated(name), to = value)
        {
            nint result = Raw.Call(SyscallNumber.Fgetxattr, file.Number, (nint)text, (nint)to, value.Length);
            length = result < 0 ? 0 : (int)result;
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary><c>fsetxattr(2)</c>.</summary>
    /// <returns>EOPNOTSUPP: the file system has no attributes of that kind. EPERM: not for this user.</returns>
    public static Errno TrySet(Fd file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        fixed (byte* text = Raw.Terminated(name), from = value)
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Fsetxattr, file.Number, (nint)text, (nint)from, value.Length, 0));
        }
    }
}
