// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>Carries bytes between the caller's terminal and the container's. The caller's is raw meanwhile, and restored on every way out.</summary>
internal sealed class TerminalRelay : IDisposable
{
    /// <summary>How many poll entries it has at the most: input, terminal.</summary>
    public const int EntryCount = 2;

    private const int BufferSize = 8192;

    private readonly OwnedFd _owned;
    private readonly Fd _terminal;
    private readonly bool _isTerminal;
    private readonly TerminalModes _saved;
    private readonly byte[] _input = new byte[BufferSize];
    private int _pendingStart;
    private int _pendingEnd;
    private bool _inputEnded;
    private bool _terminalEnded;

    /// <param name="terminal">The master end, which is the relay's from now on.</param>
    public TerminalRelay(OwnedFd terminal)
    {
        _owned = terminal;
        _terminal = terminal.Borrow;
        Files.SetNonBlocking(_terminal);
        _isTerminal = Terminals.TryGetModes(Fd.StandardInput, out _saved) == 0;
        if (_isTerminal)
        {
            _ = Terminals.TrySetModes(Fd.StandardInput, Raw(_saved));
            Resize();
        }

        if (Terminals.TryGetModes(Fd.StandardOutput, out _) != 0)
        {
            LeaveLineEndsAlone();
        }
    }

    /// <summary>Gives the terminal's master end to whoever listens for it or, in the foreground, carries it from now on.</summary>
    /// <returns>Null where it was given away.</returns>
    public static TerminalRelay? Take(OwnedFd terminal, OwnedFd? consoleSocket)
    {
        if (consoleSocket is null)
        {
            // Before the program runs: it may ask for the size at once.
            return new TerminalRelay(terminal);
        }

        using (terminal)
        {
            DescriptorSocket.Send(consoleSocket.Borrow, terminal.Borrow, "/dev/ptmx"u8, "console-socket");
        }

        return null;
    }

    public void Dispose()
    {
        if (_isTerminal)
        {
            _ = Terminals.TrySetModes(Fd.StandardInput, _saved);
        }

        _owned.Dispose();
    }

    /// <summary>Gives the container's terminal the size of the caller's.</summary>
    public void Resize()
    {
        if (Terminals.TryGetSize(Fd.StandardInput, out WindowSize size) == 0)
        {
            _ = Terminals.TrySetSize(_terminal, size);
        }
    }

    /// <summary>What to wait for now: input only while there is room for it, the terminal's readiness for input only while some is pending.</summary>
    public int Fill(Span<PollEntry> entries)
    {
        int count = 0;
        if (!_terminalEnded)
        {
            short events = (short)(PollEntry.POLLIN | (_pendingEnd > _pendingStart ? PollEntry.POLLOUT : 0));
            entries[count++] = new PollEntry { Descriptor = _terminal.Number, Events = events };
        }

        if (!_inputEnded && _pendingEnd == _pendingStart)
        {
            entries[count++] = new PollEntry { Descriptor = Fd.StandardInput.Number, Events = PollEntry.POLLIN };
        }

        return count;
    }

    public void Carry(Span<PollEntry> entries)
    {
        foreach (PollEntry entry in entries)
        {
            if (entry.Returned == 0)
            {
                continue;
            }

            if (entry.Descriptor == Fd.StandardInput.Number)
            {
                ReadInput();
            }
            else if ((entry.Returned & (PollEntry.POLLIN | PollEntry.POLLHUP | PollEntry.POLLERR)) != 0)
            {
                CopyOutput();
            }
        }

        WriteInput();
    }

    /// <summary>What the container wrote before it ended.</summary>
    public void Drain()
    {
        while (!_terminalEnded && CopyOutput())
        {
        }
    }

    // Into a file or a pipe lines go as the program writes them: nobody wants carriage returns there.
    private void LeaveLineEndsAlone()
    {
        const uint ONLCR = 0x4;
        if (Terminals.TryGetModes(_terminal, out TerminalModes modes) == 0)
        {
            modes.Output &= ~ONLCR;
            _ = Terminals.TrySetModes(_terminal, modes);
        }
    }

    // cfmakeraw(3).
    private static TerminalModes Raw(TerminalModes modes)
    {
        const uint InputOff = 0x5EB; // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
        const uint OPOST = 0x1;
        const uint LocalOff = 0x804B; // ECHO ECHONL ICANON ISIG IEXTEN
        const uint SizeAndParity = 0x130; // CSIZE PARENB
        const uint CS8 = 0x30;
        modes.Input &= ~InputOff;
        modes.Output &= ~OPOST;
        modes.Local &= ~LocalOff;
        modes.Control = (modes.Control & ~SizeAndParity) | CS8;
        return modes;
    }

    private void ReadInput()
    {
        Errno errno = Files.TryRead(Fd.StandardInput, _input, out int count);
        _inputEnded = errno is not (0 or Errno.EAGAIN) || (errno == 0 && count == 0);
        _pendingStart = 0;
        _pendingEnd = count;
    }

    private void WriteInput()
    {
        if (_pendingEnd == _pendingStart || _terminalEnded)
        {
            return;
        }

        Errno errno = Files.TryWrite(_terminal, _input.AsSpan(_pendingStart, _pendingEnd - _pendingStart), out int count);
        _pendingStart = errno is 0 or Errno.EAGAIN ? _pendingStart + count : _pendingEnd;
    }

    // The caller's descriptor may be non-blocking, as one that a terminal shares with other programs: then it is waited for.
    private static bool TryWriteOutput(ReadOnlySpan<byte> bytes, out int written)
    {
        Errno errno = Files.TryWrite(Fd.StandardOutput, bytes, out written);
        if (errno == Errno.EAGAIN)
        {
            Span<PollEntry> entry = [new PollEntry { Descriptor = Fd.StandardOutput.Number, Events = PollEntry.POLLOUT }];
            Processes.Poll(entry);
        }

        return errno is 0 or Errno.EAGAIN;
    }

    /// <returns>False where there was nothing to copy.</returns>
    private bool CopyOutput()
    {
        Span<byte> buffer = stackalloc byte[BufferSize];
        Errno errno = Files.TryRead(_terminal, buffer, out int count);

        // EIO: nobody in the container has the terminal open any more.
        _terminalEnded = errno is not (0 or Errno.EAGAIN) || (errno == 0 && count == 0);
        ReadOnlySpan<byte> rest = buffer[..count];
        while (!rest.IsEmpty && TryWriteOutput(rest, out int written))
        {
            rest = rest[written..];
        }

        return count > 0;
    }
}
