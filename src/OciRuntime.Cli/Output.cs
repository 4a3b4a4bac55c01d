// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;
using OciRuntime.Linux;

namespace OciRuntime.Cli;

/// <summary>Standard output. System.Console would install signal handlers and start its own machinery.</summary>
internal static class Output
{
    internal static void Write(ReadOnlySpan<byte> bytes) => Files.Write(Fd.StandardOutput, bytes);

    internal static void Write(string text) => Write(Encoding.UTF8.GetBytes(text));
}
