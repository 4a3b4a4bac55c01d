// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;
using System.Text.Json;

namespace OciRuntime.Spec.Json;

/// <summary>A value of the document as an error shows it: on one line, and short.</summary>
internal static class ShownValue
{
    private const int MaximumCharacters = 64;
    private const string Cut = "...";

    /// <summary>A character takes at most four bytes of UTF-8.</summary>
    private const int MaximumBytesPerCharacter = 4;

    /// <summary>The value as the document spells it. An object or an array is not spelled out.</summary>
    internal static string Of(JsonTokenType token, ReadOnlySpan<byte> raw) => token switch
    {
        JsonTokenType.String => $"\"{Shorten(raw)}\"",
        JsonTokenType.StartObject => "{...}",
        JsonTokenType.StartArray => "[...]",
        _ => Shorten(raw),
    };

    internal static string KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        _ => "null",
    };

    /// <summary>As the document spells it, escapes included: so it is one line.</summary>
    internal static string Shorten(ReadOnlySpan<byte> raw, int maximumCharacters = MaximumCharacters)
    {
        int length = Math.Min(raw.Length, (maximumCharacters + 1) * MaximumBytesPerCharacter);
        while (length < raw.Length && IsContinuation(raw[length]))
        {
            length--;
        }

        string text = Encoding.UTF8.GetString(raw[..length]);
        if (text.Length <= maximumCharacters)
        {
            return text;
        }

        int kept = maximumCharacters - Cut.Length;
        if (char.IsHighSurrogate(text[kept - 1]))
        {
            kept--;
        }

        return string.Concat(text.AsSpan(0, kept), Cut);
    }

    private static bool IsContinuation(byte b) => (b & 0xC0) == 0x80;
}
