// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Text;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>What comes out of a pipe or a terminal, kept; waits for it with a limit.</summary>
internal sealed class OutputReader(Descriptor source) : IDisposable
{
    private readonly StringBuilder _text = new();
    private int _consumed;

    internal Descriptor Source => source;

    internal bool AtEnd { get; private set; }

    /// <summary>All that has come so far.</summary>
    internal string Text => _text.ToString();

    /// <summary>Takes what is there, without waiting.</summary>
    internal void Drain()
    {
        while (!AtEnd && source.WaitReadable(TimeSpan.Zero))
        {
            TakeOnce();
        }
    }

    /// <summary>All until every writer has closed.</summary>
    internal string ReadToEnd()
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (!AtEnd)
        {
            WaitForMore(clock, "its end");
        }

        return Text;
    }

    /// <summary>The next line that has not been returned yet, without its end.</summary>
    internal string ReadLine()
    {
        Stopwatch clock = Stopwatch.StartNew();
        int end;
        while ((end = Text.IndexOf('\n', _consumed)) < 0)
        {
            if (AtEnd)
            {
                throw new InvalidOperationException($"the output ended without another line: '{Text}'");
            }

            WaitForMore(clock, "a line");
        }

        string line = Text[_consumed..end].TrimEnd('\r');
        _consumed = end + 1;
        return line;
    }

    /// <summary>Waits until the words have come, after what was waited for before.</summary>
    internal void WaitFor(string words)
    {
        Stopwatch clock = Stopwatch.StartNew();
        int found;
        while ((found = Text.IndexOf(words, _consumed, StringComparison.Ordinal)) < 0)
        {
            if (AtEnd)
            {
                throw new InvalidOperationException($"the output ended without '{words}': '{Text}'");
            }

            WaitForMore(clock, $"'{words}'");
        }

        _consumed = found + words.Length;
    }

    public void Dispose() => source.Dispose();

    private void WaitForMore(Stopwatch clock, string what)
    {
        TimeSpan left = Host.Timeout - clock.Elapsed;
        if (left <= TimeSpan.Zero || !source.WaitReadable(left))
        {
            throw new TimeoutException($"no {what} within {Host.Timeout.TotalSeconds} s; so far: '{Text}'");
        }

        TakeOnce();
    }

    private void TakeOnce()
    {
        byte[] bytes = source.Read();
        AtEnd = bytes.Length == 0;
        _ = _text.Append(Encoding.UTF8.GetString(bytes));
    }
}
