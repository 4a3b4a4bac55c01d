// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;
using OciRuntime.Abi.Files;

namespace OciRuntime.Linux;

/// <summary>pty(7), ioctl_tty(2).</summary>
public static unsafe class Terminals
{
    private const nint TCGETS = 0x5401;
    private const nint TCSETS = 0x5402;
    private const nint TIOCSCTTY = 0x540E;
    private const nint TIOCGWINSZ = 0x5413;
    private const nint TIOCSWINSZ = 0x5414;
    private const nint TIOCSPTLCK = 0x40045431;
    private const nint TIOCGPTPEER = 0x5441;

    /// <summary>Lets the other end of a new pseudo-terminal be opened. <c>TIOCSPTLCK</c>.</summary>
    public static void Unlock(Fd master)
    {
        int no = 0;
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Ioctl, master.Number, TIOCSPTLCK, (nint)(&no)), "ioctl TIOCSPTLCK", master.Number);
    }

    /// <summary>The other end, by descriptor: no path that somebody could have replaced. <c>TIOCGPTPEER</c>, Linux 4.13.</summary>
    public static OwnedFd OpenPeer(Fd master)
    {
        // With O_CLOEXEC the kernel would show the flag in fdinfo of every copy, also of those that stay open.
        const nint Flags = (nint)(OpenFlags.O_RDWR | OpenFlags.O_NOCTTY);
        nint result = Raw.Call(SyscallNumber.Ioctl, master.Number, TIOCGPTPEER, Flags);
        OwnedFd peer = new((int)LinuxException.ThrowIfError(result, "ioctl TIOCGPTPEER", master.Number));
        _ = Files.TrySetCloseOnExec(peer.Borrow, closeOnExec: true);
        return peer;
    }

    /// <summary>Makes it the controlling terminal of this session. <c>TIOCSCTTY</c>.</summary>
    public static void Control(Fd terminal) =>
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Ioctl, terminal.Number, TIOCSCTTY, 0), "ioctl TIOCSCTTY", terminal.Number);

    /// <returns>ENOTTY where it is no terminal.</returns>
    public static Errno TryGetModes(Fd terminal, out TerminalModes modes)
    {
        fixed (TerminalModes* to = &modes)
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Ioctl, terminal.Number, TCGETS, (nint)to));
        }
    }

    public static Errno TrySetModes(Fd terminal, in TerminalModes modes)
    {
        fixed (TerminalModes* from = &modes)
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Ioctl, terminal.Number, TCSETS, (nint)from));
        }
    }

    public static Errno TryGetSize(Fd terminal, out WindowSize size)
    {
        fixed (WindowSize* to = &size)
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Ioctl, terminal.Number, TIOCGWINSZ, (nint)to));
        }
    }

    public static Errno TrySetSize(Fd terminal, WindowSize size) =>
        Raw.ErrnoOf(Raw.Call(SyscallNumber.Ioctl, terminal.Number, TIOCSWINSZ, (nint)(&size)));
}
