// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Cli;

/// <summary>A command that can't be carried out as asked. The message is complete and ready for users.</summary>
internal sealed class CommandException(string message, string? hint = null) : Exception(message)
{
    /// <summary>What to do about it: a line for people, kept out of the log.</summary>
    internal string? Hint { get; } = hint;
}
