// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

/// <summary>What a scenario saw, name by name: one JSON object on standard output.</summary>
internal sealed class Report
{
    private readonly SortedDictionary<string, string> _said = new(StringComparer.Ordinal);

    public void Say(string name, string value) => _said.Add(name, value);

    public void Say(string name, long value) => Say(name, value.ToString(CultureInfo.InvariantCulture));

    public void Say(string name, bool value) => Say(name, value ? "true" : "false");

    public void Say(string name, Errno errno) => Say(name, errno == 0 ? "ok" : Abi.ErrnoText.Of(errno));

    /// <summary>How <paramref name="action"/> fails: the exception's own message, whatever its type, or <c>ok</c>.</summary>
    public void SayOutcome(string name, Action action)
    {
        try
        {
            action();
            Say(name, "ok");
        }
        catch (Exception e)
        {
            Say(name, e.Message);
        }
    }

    public void Write()
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            foreach (KeyValuePair<string, string> said in _said)
            {
                writer.WriteString(said.Key, said.Value);
            }

            writer.WriteEndObject();
        }

        Files.Write(Fd.StandardOutput, buffer.WrittenSpan);
    }

    /// <summary>A line of <c>/proc/self/status</c>, by its key.</summary>
    public static string Status(string key)
    {
        foreach (string line in Lines("/proc/self/status"))
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && line[key.Length] == ':')
            {
                return line[(key.Length + 1)..].Trim();
            }
        }

        return "";
    }

    public static string[] Lines(string path) => File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The text of a memory file that somebody has written.</summary>
    public static string TextOf(Fd file)
    {
        byte[] buffer = new byte[64 * 1024];
        _ = Files.TryReadAt(file, buffer, 0, out int count);
        return Encoding.UTF8.GetString(buffer.AsSpan(0, count));
    }
}
