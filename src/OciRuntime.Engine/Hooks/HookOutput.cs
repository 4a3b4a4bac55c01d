// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Hooks;

/// <summary>What a hook writes to its standard output and error: read as it comes, so that no hook waits, and forgotten but for the end of it.</summary>
internal sealed class HookOutput : IDisposable
{
    private const int ChunkSize = 4096;
    private const int TailSize = 2048;

    // pipe(7): the capacity of a pipe, unless somebody changed it.
    private const int PipeSize = 65536;

    private readonly OwnedFd _source;
    private byte[] _tail = [];
    private bool _isCut;
    private bool _isOpen = true;

    public HookOutput(OwnedFd source)
    {
        _source = source;
        Files.SetNonBlocking(source.Borrow);
    }

    /// <summary>For poll(2), which ignores a negative descriptor.</summary>
    public PollEntry Entry => new() { Descriptor = _isOpen ? _source.Borrow.Number : -1, Events = PollEntry.POLLIN };

    /// <summary>Takes what is there, at most one chunk.</summary>
    /// <returns>How much there was.</returns>
    public int Take()
    {
        Span<byte> chunk = stackalloc byte[ChunkSize];
        Errno errno = Files.TryRead(_source.Borrow, chunk, out int count);
        _isOpen &= count > 0 || errno == Errno.EAGAIN;
        Keep(chunk[..count]);
        return count;
    }

    /// <summary>The last of it, on one line: clients show one line. Empty where there was nothing.</summary>
    public string Tail()
    {
        // What the hook itself left in the pipe, not what a process that it left behind goes on to write.
        int left = PipeSize;
        while (left > 0 && Take() is > 0 and int count)
        {
            left -= count;
        }

        string text = Encoding.UTF8.GetString(_tail).Trim().ReplaceLineEndings(" | ");
        return _isCut ? $"[...] {text}" : text;
    }

    public void Dispose() => _source.Dispose();

    private void Keep(ReadOnlySpan<byte> chunk)
    {
        int kept = Math.Clamp(TailSize - chunk.Length, 0, _tail.Length);
        _isCut |= _tail.Length + chunk.Length > TailSize;
        _tail = [.. _tail.AsSpan(_tail.Length - kept), .. chunk[Math.Max(0, chunk.Length - TailSize)..]];
    }
}
