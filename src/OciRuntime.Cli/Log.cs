// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Cli.Text;
using OciRuntime.Linux;

namespace OciRuntime.Cli;

/// <summary>From the quietest to the most talkative.</summary>
internal enum LogLevel
{
    Error,
    Warning,
    Info,
    Debug,
}

internal sealed record LogOptions
{
    /// <summary>Null: standard error only.</summary>
    internal string? File { get; init; }

    internal bool Json { get; init; }
    internal LogLevel Level { get; init; }
}

/// <summary>
/// Standard error for people, and the file of <c>--log</c> for clients. At the default level the file gets nothing but one error object
/// from a command that fails: Podman parses the whole file as one document, containerd looks for the last error in it.
/// </summary>
internal sealed class Log
{
    private readonly LogOptions _options;
    private readonly OwnedFd? _file;

    private Log(LogOptions options, OwnedFd? file) => (_options, _file) = (options, file);

    /// <summary>The log of a command line that doesn't say where to log.</summary>
    internal static Log ToStandardError() => new(new LogOptions(), null);

    /// <remarks>Opened before anything is done, so that a log that can't be written is the first error.</remarks>
    internal static Log Open(LogOptions options)
    {
        const uint Mode = 0x1A4; // 0644
        if (options.File is null)
        {
            return new Log(options, null);
        }

        const OpenFlags Append = OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_CREAT | OpenFlags.O_NOCTTY;
        Errno errno = Files.TryOpen(Fd.CurrentDirectory, KernelString.Of(options.File).Span, Append, Mode, out OwnedFd? file);
        return file is not null
            ? new Log(options, file)
            : throw new CommandException($"cannot open the log {options.File}: {ErrnoText.Of(errno)}");
    }

    /// <param name="message">The one error of the command.</param>
    /// <param name="details">What people see instead of <paramref name="message"/>, a line each, where there is more to say.</param>
    internal void Error(string message, ReadOnlySpan<string> details = default)
    {
        WriteToFile("error", message);
        if (_file is null && _options.Json)
        {
            WriteLine(Fd.StandardError, "error", message);
            return;
        }

        if (details.IsEmpty)
        {
            Say(message);
        }

        foreach (string detail in details)
        {
            Say(detail);
        }
    }

    /// <summary>Something that the user asked for and does not get, which is no reason to fail.</summary>
    internal void Warning(string message)
    {
        if (_options.Level >= LogLevel.Warning)
        {
            WriteToFile("warning", message);
        }

        if (_file is null && _options.Json)
        {
            WriteLine(Fd.StandardError, "warning", message);
        }
        else
        {
            Say($"warning: {message}");
        }
    }

    internal void WarnUnlessEmpty(string message)
    {
        if (message.Length > 0)
        {
            Warning(message.Trim());
        }
    }

    /// <summary>A line for who looks for the cause of a problem.</summary>
    internal void Debug(string message)
    {
        if (_options.Level < LogLevel.Debug)
        {
            return;
        }

        if (_file is null)
        {
            WriteLine(Fd.StandardError, "debug", message);
        }
        else
        {
            WriteToFile("debug", message);
        }
    }

    private void WriteToFile(string level, string message)
    {
        if (_file is not null)
        {
            WriteLine(_file.Borrow, level, message);
        }
    }

    private void WriteLine(Fd file, string level, string message)
    {
        ArrayBufferWriter<byte> line = new();
        if (_options.Json)
        {
            LogLine.WriteJson(line, level, message, DateTime.UtcNow);
        }
        else
        {
            LogLine.WriteText(line, level, message, DateTime.UtcNow);
        }

        // One write: lines of processes that share the file don't mix. A full disk must not hide the error that is being reported.
        _ = Files.TryWrite(file, line.WrittenSpan, out _);
    }

    private static void Say(string line) =>
        _ = Files.TryWrite(Fd.StandardError, Encoding.UTF8.GetBytes($"{Parsing.RootVerb.ProgramName}: {line}\n"), out _);
}
