// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OciRuntime.Cli.Text;

/// <summary>A line of the log in the two forms that runc's clients read: logrus' own.</summary>
internal static class LogLine
{
    /// <summary><c>{"level":"error","msg":"…","time":"2026-11-21T05:01:41Z"}</c>.</summary>
    internal static void WriteJson(IBufferWriter<byte> output, string level, string message, DateTime utc)
    {
        // Clients read JSON, not HTML: quotes, angle brackets and letters stay readable.
        using (Utf8JsonWriter json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("level"u8, level);
            json.WriteString("msg"u8, message);
            json.WriteString("time"u8, Rfc3339(utc));
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary><c>time="2026-11-21T05:01:41Z" level=error msg="…"</c>.</summary>
    internal static void WriteText(IBufferWriter<byte> output, string level, string message, DateTime utc)
    {
        StringBuilder line = new();
        line.Append("time=\"").Append(Rfc3339(utc)).Append("\" level=").Append(level).Append(" msg=\"");
        foreach (char letter in message)
        {
            AppendQuoted(line, letter);
        }

        line.Append("\"\n");
        output.Write(Encoding.UTF8.GetBytes(line.ToString()));
    }

    // Go's strconv.Quote.
    private static void AppendQuoted(StringBuilder line, char letter)
    {
        switch (letter)
        {
            case '"' or '\\':
                line.Append('\\').Append(letter);
                break;
            case '\n':
                line.Append("\\n");
                break;
            case '\r':
                line.Append("\\r");
                break;
            case '\t':
                line.Append("\\t");
                break;
            case < ' ' or '\x7f':
                line.Append("\\x").Append(((int)letter).ToString("x2", CultureInfo.InvariantCulture));
                break;
            default:
                line.Append(letter);
                break;
        }
    }

    private static string Rfc3339(DateTime utc) => utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
