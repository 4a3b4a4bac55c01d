// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace OciRuntime.Spec.Json;

/// <summary>Says in our own words what is wrong with a text that is not JSON: in the product the framework's are mere keys.</summary>
internal static class SyntaxProblem
{
    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <summary>The line and the byte in it, both from 1, and the kind of problem there.</summary>
    internal static string Describe(ReadOnlySpan<byte> document, JsonException exception)
    {
        int offset = OffsetOf(document, exception.LineNumber ?? 0, exception.BytePositionInLine ?? 0);
        return At(document, offset, ProblemAt(document, offset));
    }

    internal static string DescribeInvalidUtf8(ReadOnlySpan<byte> document)
    {
        int offset = LengthOfValidUtf8(document);
        return At(document, offset, $"the byte 0x{document[offset]:X2} is not valid UTF-8");
    }

    internal static string At(ReadOnlySpan<byte> document, int offset, string problem)
    {
        ReadOnlySpan<byte> before = document[..offset];
        int line = before.Count((byte)'\n') + 1;
        int byteInLine = offset - (before.LastIndexOf((byte)'\n') + 1) + 1;
        return $"line {line}, byte {byteInLine}: {problem}";
    }

    private static int OffsetOf(ReadOnlySpan<byte> document, long line, long byteInLine)
    {
        int start = 0;
        for (long i = 0; i < line; i++)
        {
            start += document[start..].IndexOf((byte)'\n') + 1;
        }

        return (int)Math.Min(start + byteInLine, document.Length);
    }

    private static string ProblemAt(ReadOnlySpan<byte> document, int offset)
    {
        Surroundings around = SurroundingsOf(document[..offset]);
        if (offset == document.Length || IsLastComma(document[offset..]))
        {
            return ProblemAtEnd(around);
        }

        byte found = document[offset];
        return (found, around) switch
        {
            ( < 0x20, { InString: true }) => $"the control character 0x{found:X2} stands inside a string",
            (_, { InString: true }) => "a backslash inside a string starts no valid escape",
            ((byte)'{' or (byte)'[', { Depth: JsonCursor.MaximumDepth }) =>
                $"objects and arrays are nested deeper than {JsonCursor.MaximumDepth} levels",
            (_, { IsClosed: true }) => $"{Shown(found)} stands after the end of the document",
            _ => $"{Shown(found)} is not expected here",
        };
    }

    // A comma with nothing behind it is where the framework sees the document end.
    private static bool IsLastComma(ReadOnlySpan<byte> rest) => rest[0] == ',' && rest[1..].IndexOfAnyExcept(WhiteSpace) < 0;

    private static string ProblemAtEnd(in Surroundings around) => around switch
    {
        { InString: true } => "the document ends inside a string",
        { IsEmpty: true } => "the document is empty",
        { Depth: 0 } => "the document ends inside a value",
        { InObject: true } => "the document ends inside an object",
        _ => "the document ends inside an array",
    };

    private static string Shown(byte b) => b is > 0x20 and < 0x7F ? $"'{(char)b}'" : $"the byte 0x{b:X2}";

    private static Surroundings SurroundingsOf(ReadOnlySpan<byte> before)
    {
        bool inString = false;
        bool isClosed = false;
        int depth = 0;
        ulong objects = 0; // bit n: the container at depth n is an object
        for (int i = 0; i < before.Length; i++)
        {
            byte b = before[i];
            if (inString)
            {
                inString = b != '"';
                i += b == '\\' ? 1 : 0;
                continue;
            }

            inString = b == '"';
            if (b is (byte)'{' or (byte)'[')
            {
                ulong bit = 1UL << (depth & 63);
                objects = b == '{' ? objects | bit : objects & ~bit;
                depth++;
            }
            else if (b is (byte)'}' or (byte)']')
            {
                depth--;
                isClosed = true;
            }
        }

        bool inObject = depth > 0 && (objects >> ((depth - 1) & 63) & 1) != 0;
        return new Surroundings(inString, inObject, depth, before.IndexOfAnyExcept(WhiteSpace) < 0, isClosed && depth == 0);
    }

    private static int LengthOfValidUtf8(ReadOnlySpan<byte> document)
    {
        char[] piece = new char[1024];
        int read = 0;
        while (true)
        {
            // Without replacement and with the final block it stops at the first bad sequence.
            OperationStatus status =
                Utf8.ToUtf16(document[read..], piece, out int used, out _, replaceInvalidSequences: false);
            read += used;
            if (status != OperationStatus.DestinationTooSmall)
            {
                return read;
            }
        }
    }

    private readonly record struct Surroundings(bool InString, bool InObject, int Depth, bool IsEmpty, bool IsClosed);
}
