// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace OciRuntime.Plan.Compile;

/// <summary>
/// Lists of processors or memory nodes: <c>0-3,7</c>; <c>0-31:2/8</c> is two of every eight. cpuset(7), "List format"; as to the kernel and to every
/// peer, an empty part between commas says nothing.
/// </summary>
internal static class CpuList
{
    /// <summary>As with runc: no machine has more, and a mask must not become huge by a slip.</summary>
    private const uint HighestNumber = (64 * 1024) - 1;

    private const int BitsOfWord = 64;

    internal static bool IsValid(string text) => TryFindLast(text, out _);

    /// <param name="mask">Bit n for number n.</param>
    /// <returns>The rule that the text breaks; null if it breaks none.</returns>
    internal static string? TryRead(string text, out ImmutableArray<ulong> mask)
    {
        mask = [];
        if (!TryFindLast(text, out uint last))
        {
            return "is not a list such as 0-3,7";
        }

        if (last > HighestNumber)
        {
            return $"has a number above {HighestNumber}";
        }

        ulong[] words = new ulong[(last / BitsOfWord) + 1];
        foreach (System.Range part in text.AsSpan().Split(','))
        {
            if (TryRange(text.AsSpan(part).Trim(), out Range range))
            {
                range.Set(words);
            }
        }

        if (!words.AsSpan().ContainsAnyExcept(0UL))
        {
            return "has no number";
        }

        mask = ImmutableCollectionsMarshal.AsImmutableArray(words);
        return null;
    }

    /// <summary>Of <see cref="TryRead"/>, as bytes: the lowest bit of the first one is number 0.</summary>
    internal static byte[] Bytes(ImmutableArray<ulong> mask)
    {
        // Little-endian, as the words are in memory.
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(mask.AsSpan());
        return bytes.TrimEnd((byte)0).ToArray();
    }

    internal static int Count(ImmutableArray<ulong> mask)
    {
        int count = 0;
        foreach (ulong word in mask)
        {
            count += System.Numerics.BitOperations.PopCount(word);
        }

        return count;
    }

    private static bool TryFindLast(string text, out uint last)
    {
        last = 0;
        bool isAny = false;
        foreach (System.Range part in text.AsSpan().Split(','))
        {
            ReadOnlySpan<char> element = text.AsSpan(part).Trim();
            if (element.IsEmpty)
            {
                continue;
            }

            if (!TryRange(element, out Range range))
            {
                return false;
            }

            isAny = true;
            last = uint.Max(last, range.Last);
        }

        return isAny;
    }

    private static bool TryRange(ReadOnlySpan<char> text, out Range range)
    {
        uint used = 1, group = 1;
        range = default;
        int colon = text.IndexOf(':');
        if (colon >= 0)
        {
            ReadOnlySpan<char> stride = text[(colon + 1)..];
            int slash = stride.IndexOf('/');
            if (slash < 0 || !TryNumber(stride[..slash], out used) || !TryNumber(stride[(slash + 1)..], out group) || group == 0 || used > group)
            {
                return false;
            }

            text = text[..colon];
        }

        int dash = text.IndexOf('-');
        if (dash < 0)
        {
            bool isNumber = TryNumber(text, out uint only);
            range = new Range(only, only, used, group);
            return colon < 0 && isNumber;
        }

        bool isRange = TryNumber(text[..dash], out uint first) & TryNumber(text[(dash + 1)..], out uint last);
        range = new Range(first, last, used, group);
        return isRange && first <= last;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out uint number)
    {
        number = 0;
        if (text.IsEmpty || text.Length > 9)
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            number = (number * 10) + (uint)(c - '0');
        }

        return true;
    }

    /// <summary>Of every <paramref name="Group"/> numbers the first <paramref name="Used"/>.</summary>
    private readonly record struct Range(uint First, uint Last, uint Used, uint Group)
    {
        internal void Set(ulong[] words)
        {
            for (uint number = First; number <= Last; number++)
            {
                if ((number - First) % Group < Used)
                {
                    words[number / BitsOfWord] |= 1UL << (int)(number % BitsOfWord);
                }
            }
        }
    }
}
