// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FluentAssertions;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Linux;

public sealed class TerminalsTests : KernelTest
{
    [KernelFact]
    public void Pair_ModesAndSize_AreSharedByBothEnds()
    {
        using OwnedFd master = Files.Open(Fd.CurrentDirectory, "/dev/ptmx\0"u8, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY);
        Action early = () => Terminals.OpenPeer(master.Borrow).Dispose();
        early.Should().Throw<LinuxException>().WithMessage($"ioctl TIOCGPTPEER {master.Borrow.Number}: EIO (input/output error)");
        Terminals.Unlock(master.Borrow);
        using OwnedFd peer = Terminals.OpenPeer(master.Borrow);
        Terminals.TrySetSize(master.Borrow, new WindowSize { Rows = 30, Columns = 100 }).Should().Be((Errno)0);
        Terminals.TryGetSize(peer.Borrow, out WindowSize size).Should().Be((Errno)0);
        (size.Rows, size.Columns).Should().Be((30, 100));
        Terminals.TryGetModes(peer.Borrow, out TerminalModes modes).Should().Be((Errno)0);
        modes.Local.Should().NotBe(0);
        modes.Local = 0;
        Terminals.TrySetModes(peer.Borrow, modes).Should().Be((Errno)0);
        Terminals.TryGetModes(peer.Borrow, out TerminalModes raw).Should().Be((Errno)0);
        raw.Local.Should().Be(0);
        raw.Control.Should().Be(modes.Control);
    }

    [KernelFact]
    public void NoTerminal_IsRefused()
    {
        using OwnedFd file = Files.MakeMemoryFile("file\0"u8);
        int number = file.Borrow.Number;
        Terminals.TryGetModes(file.Borrow, out TerminalModes modes).Should().Be(Errno.ENOTTY);
        Terminals.TrySetModes(file.Borrow, modes).Should().Be(Errno.ENOTTY);
        Terminals.TryGetSize(file.Borrow, out WindowSize size).Should().Be(Errno.ENOTTY);
        Terminals.TrySetSize(file.Borrow, size).Should().Be(Errno.ENOTTY);
        Action unlock = () => Terminals.Unlock(new Fd(number));
        unlock.Should().Throw<LinuxException>().WithMessage($"ioctl TIOCSPTLCK {number}: ENOTTY (inappropriate ioctl for device)");
    }

    [KernelFact]
    public void Control_OfANewSession_IsItsTerminal() =>
        ChildProgram.Run("controlling-terminal").Should().Equal(new Dictionary<string, string>
        {
            ["controlling"] = "a terminal",
            ["refused"] = "ioctl TIOCSCTTY N: ENOTTY (inappropriate ioctl for device)",
        });
}
