// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Text;

namespace OciRuntime.Spec.Json;

/// <summary>Finds <c>\u</c> escapes that are half of a surrogate pair: syntax allows them, but no UTF-8 can say them.</summary>
internal static class EscapeCheck
{
    private const int EscapeLength = 6; // \uXXXX

    /// <param name="raw">The inside of a JSON string whose escapes are well formed.</param>
    internal static bool HasLoneSurrogate(ReadOnlySpan<byte> raw)
    {
        int i = 0;
        while (i < raw.Length)
        {
            if (raw[i] != '\\')
            {
                i++;
                continue;
            }

            int length = LengthOfEscape(raw[i..]);
            if (length == 0)
            {
                return true;
            }

            i += length;
        }

        return false;
    }

    // Zero for a lone half.
    private static int LengthOfEscape(ReadOnlySpan<byte> escape)
    {
        if (escape[1] != 'u')
        {
            return 2;
        }

        char first = UnitAt(escape);
        if (!char.IsSurrogate(first))
        {
            return EscapeLength;
        }

        ReadOnlySpan<byte> rest = escape[EscapeLength..];
        bool isPair = char.IsHighSurrogate(first) && rest.StartsWith("\\u"u8) && char.IsLowSurrogate(UnitAt(rest));
        return isPair ? 2 * EscapeLength : 0;
    }

    private static char UnitAt(ReadOnlySpan<byte> escape) =>
        Utf8Parser.TryParse(escape[2..EscapeLength], out ushort unit, out _, 'X') ? (char)unit : '\0';
}
