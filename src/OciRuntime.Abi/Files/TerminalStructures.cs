// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Files;

/// <summary>The kernel's <c>struct termios</c>, include/uapi/asm-generic/termbits.h: 36 bytes. ioctl_tty(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TerminalModes
{
    public uint Input;
    public uint Output;
    public uint Control;
    public uint Local;
    public byte Line;
    public ControlCharacters Characters;
}

/// <summary><c>c_cc</c>, 19 bytes.</summary>
[InlineArray(19)]
public struct ControlCharacters
{
    private byte _first;
}

/// <summary><c>struct winsize</c>, include/uapi/asm-generic/termios.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WindowSize
{
    public ushort Rows;
    public ushort Columns;
    public ushort XPixels;
    public ushort YPixels;
}
