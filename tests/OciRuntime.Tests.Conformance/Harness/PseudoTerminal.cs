// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>A terminal of the test's own: it plays the person who sits at it.</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    // struct termios, include/uapi/asm-generic/termbits.h: four flag words, then the rest.
    private const int TermiosSize = 64;
    private const int LocalFlagsOffset = 12;
    private const uint Canonical = 0x2; // ICANON
    private const uint Echo = 0x8; // ECHO

    private readonly Descriptor _master;

    // Held open, so that the terminal and its mode live on when nobody else has it.
    private readonly Descriptor _slave;

    internal PseudoTerminal()
    {
        _master = new Descriptor((int)Native.Check(Native.OpenTerminal(Native.ReadWrite | Native.NoControllingTerminal | Native.CloseOnExec), "posix_openpt"));
        _ = Native.Check(Native.GrantTerminal(_master.Number), "grantpt");
        _ = Native.Check(Native.UnlockTerminal(_master.Number), "unlockpt");
        byte* name = stackalloc byte[64];
        _ = Native.TerminalName(_master.Number, name, 64);
        Path = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
        _slave = Descriptor.Open(Path, Native.ReadWrite | Native.NoControllingTerminal);
        Output = new OutputReader(_master);
    }

    /// <summary>Of the side that programs have.</summary>
    internal string Path { get; }

    internal OutputReader Output { get; }

    /// <summary>Neither echo nor lines: every byte goes to the program as it comes.</summary>
    internal bool IsRaw => (BitConverter.ToUInt32(Mode, LocalFlagsOffset) & (Canonical | Echo)) == 0;

    /// <summary>All of the terminal's settings, to compare.</summary>
    internal byte[] Mode
    {
        get
        {
            byte[] termios = new byte[TermiosSize];
            fixed (byte* start = termios)
            {
                _ = Native.Check(Native.TerminalAttributes(_slave.Number, start), "tcgetattr");
            }

            return termios;
        }
    }

    internal void Type(string text) => _master.Write(text);

    internal void Resize(ushort rows, ushort columns)
    {
        ushort* size = stackalloc ushort[4] { rows, columns, 0, 0 };
        _ = Native.Check(Native.Ioctl(_master.Number, Native.SetWindowSize, size), "TIOCSWINSZ");
    }

    public void Dispose()
    {
        _slave.Dispose();
        Output.Dispose();
        _master.Dispose();
    }
}
