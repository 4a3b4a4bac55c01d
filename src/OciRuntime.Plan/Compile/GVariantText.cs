// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;

namespace OciRuntime.Plan.Compile;

/// <summary>
/// Values in GVariant's text format, as the annotations <c>org.systemd.property.*</c> have them: <c>true</c>, <c>5</c>, <c>uint64 5</c>,
/// <c>'text'</c>, <c>['a', 'b']</c>, <c>@a(ss) [('/dev/null', 'rw')]</c>. No property has a dictionary or a variant. glib, "GVariant text format".
/// </summary>
internal ref struct GVariantText
{
    private const int MaximumDepth = 16;

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private string? _problem;

    private GVariantText(ReadOnlySpan<char> text) => _text = text;

    /// <summary>Null, and what is wrong, if <paramref name="text"/> is no such value.</summary>
    internal static BusValue? Read(string text, out string? problem)
    {
        GVariantText reader = new(text);
        BusValue? value = reader.ReadValue("", 0);
        reader.SkipSpace();
        if (value is not null && reader._at < text.Length)
        {
            value = reader.Fail("has more behind the value");
        }

        problem = reader._problem;
        return value;
    }

    /// <param name="type">The signature that it must have; empty: what the text says.</param>
    private BusValue? ReadValue(string type, int depth)
    {
        SkipSpace();
        if (depth > MaximumDepth)
        {
            return Fail("is nested too deeply");
        }

        char next = Peek();
        switch (next)
        {
            case '@':
                return ReadAnnotated(type, depth);
            case '[':
                return ReadList(type, depth);
            case '(':
                return ReadStructure(type, depth);
            case '\'' or '"':
                return ReadText(type);
            case '+' or '-' or '.' or (>= '0' and <= '9'):
                return ReadNumber(type);
            default:
                return ReadWord(type, depth);
        }
    }

    private BusValue? ReadAnnotated(string type, int depth)
    {
        _at++;
        int start = _at;
        while (Peek() is (>= 'a' and <= 'z') or '(' or ')')
        {
            _at++;
        }

        string written = _text[start.._at].ToString();
        if (written.Length == 0 || LengthOfType(written) != written.Length)
        {
            return Fail("has a type that is none of D-Bus, or that no property has");
        }

        return Fits(type, written) ? ReadValue(written, depth + 1) : null;
    }

    private BusValue? ReadWord(string type, int depth)
    {
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Peek()))
        {
            _at++;
        }

        ReadOnlySpan<char> word = _text[start.._at];
        switch (word)
        {
            case "true" or "false":
                return Fits(type, "b") ? BusValue.OfBoolean(word is "true") : null;
            case "inf" or "nan":
                _at = start;
                return ReadNumber(type);
        }

        string named = word switch
        {
            "boolean"    => "b",
            "byte"       => "y",
            "int16"      => "n",
            "uint16"     => "q",
            "int32"      => "i",
            "uint32"     => "u",
            "int64"      => "x",
            "uint64"     => "t",
            "double"     => "d",
            "string"     => "s",
            "objectpath" => "o",
            "signature"  => "g",
            _            => "",
        };
        if (named.Length == 0)
        {
            return Fail("is no value of GVariant's text format");
        }

        return Fits(type, named) ? ReadValue(named, depth + 1) : null;
    }

    private BusValue? ReadList(string type, int depth)
    {
        string element = type.Length > 1 && type[0] == 'a' ? type[1..] : "";
        if (type.Length > 0 && element.Length == 0)
        {
            return Fail("does not have the type that it names");
        }

        ImmutableArray<BusValue>.Builder items = ImmutableArray.CreateBuilder<BusValue>();
        if (!ReadMembers(items, ']', depth, ref element, isList: true))
        {
            return null;
        }

        return element.Length == 0 ? Fail("is an empty array without a type: @as [] is one with") : new BusValue.List(element, items.DrainToImmutable());
    }

    private BusValue? ReadStructure(string type, int depth)
    {
        if (type.Length > 0 && type[0] != '(')
        {
            return Fail("does not have the type that it names");
        }

        string members = type.Length > 0 ? type[1..^1] : "";
        ImmutableArray<BusValue>.Builder items = ImmutableArray.CreateBuilder<BusValue>();
        if (!ReadMembers(items, ')', depth, ref members, isList: false))
        {
            return null;
        }

        BusValue.Structure made = new(items.DrainToImmutable());
        return made.Members.IsEmpty || (type.Length > 0 && made.Signature != type) ? Fail("does not have the type that it names") : made;
    }

    // Of a list: one type, that of the first item if it is not known. Of a structure: the types of those that are to come, or nothing.
    private bool ReadMembers(ImmutableArray<BusValue>.Builder items, char end, int depth, ref string types, bool isList)
    {
        bool isTyped = types.Length > 0;
        _at++;
        while (true)
        {
            SkipSpace();
            if (Peek() == end)
            {
                _at++;
                return true;
            }

            int length = isList ? types.Length : LengthOfType(types);
            if (isTyped && length == 0)
            {
                _ = Fail("does not have the type that it names");
                return false;
            }

            if (ReadValue(types[..length], depth + 1) is not { } item)
            {
                return false;
            }

            items.Add(item);
            types = isList ? item.Signature : types[length..];
            SkipSpace();
            if (Peek() == ',')
            {
                _at++;
            }
            else if (Peek() != end)
            {
                _ = Fail(isList ? "lacks a ] or a comma" : "lacks a ) or a comma");
                return false;
            }
        }
    }

    private BusValue? ReadText(string type)
    {
        char quote = _text[_at++];
        StringBuilder text = new();
        while (_at < _text.Length && _text[_at] != quote)
        {
            char c = _text[_at++];
            if (c == '\\' && !ReadEscape(text))
            {
                return Fail("has a \\ that begins no character");
            }
            else if (c != '\\')
            {
                text.Append(c);
            }
        }

        if (_at >= _text.Length)
        {
            return Fail("lacks the closing quote");
        }

        _at++;
        if (!KernelString.TryCreate(text.ToString(), out KernelString value))
        {
            return Fail(Refuse.ContainsNul);
        }

        return type is "o" or "g" || Fits(type, "s") ? new BusValue.Text(type is "o" or "g" ? type[0] : 's', value) : null;
    }

    private bool ReadEscape(StringBuilder text)
    {
        if (_at >= _text.Length)
        {
            return false;
        }

        char c = _text[_at++];
        if (c is 'u' or 'U')
        {
            int digits = c == 'u' ? 4 : 8;
            if (_at + digits > _text.Length
                || !int.TryParse(_text.Slice(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int number)
                || !Rune.TryCreate(number, out Rune rune))
            {
                return false;
            }

            _at += digits;
            text.Append(rune.ToString());
            return true;
        }

        text.Append(c switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => c });
        return true;
    }

    private BusValue? ReadNumber(string type)
    {
        int start = _at;
        while (Peek() is '+' or '-' or '.' || char.IsAsciiLetterOrDigit(Peek()))
        {
            _at++;
        }

        ReadOnlySpan<char> digits = _text[start.._at];
        bool isDouble = type == "d" || (type.Length == 0 && IsFraction(digits));
        if (isDouble)
        {
            return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double real)
                ? new BusValue.Number('d', BitConverter.DoubleToUInt64Bits(real))
                : Fail("is no number");
        }

        // An integer without a type is an int32.
        string integer = type.Length == 0 ? "i" : type;
        if (RangeOf(integer) is not { } range)
        {
            return Fail("does not have the type that it names");
        }

        if (ReadInteger(digits) is not { } value)
        {
            return Fail("is no number");
        }

        return value >= range.Lowest && value <= range.Highest
            ? new BusValue.Number(integer[0], unchecked((ulong)value))
            : Fail("has a number that its type can't hold");
    }

    private static bool IsFraction(ReadOnlySpan<char> digits) =>
        digits.Contains('.') || digits is "inf" or "nan" or "-inf"
        || (digits.IndexOfAny('e', 'E') > 0 && digits.IndexOfAny('x', 'X') < 0);

    // As C writes them: 0x10 and 010 too.
    private static Int128? ReadInteger(ReadOnlySpan<char> digits)
    {
        bool isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+'))
        {
            digits = digits[1..];
        }

        int numberBase = 10;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            numberBase = 16;
            digits = digits[2..];
        }
        else if (digits.Length > 1 && digits[0] == '0')
        {
            numberBase = 8;
            digits = digits[1..];
        }

        const int LongestNumber = 24;
        if (digits.IsEmpty || digits.Length > LongestNumber)
        {
            return null;
        }

        Int128 value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : numberBase;
            if (digit >= numberBase)
            {
                return null;
            }

            value = (value * numberBase) + digit;
        }

        return isNegative ? -value : value;
    }

    private static (Int128 Lowest, Int128 Highest)? RangeOf(string type) => type switch
    {
        "y" => (byte.MinValue, byte.MaxValue),
        "n" => (short.MinValue, short.MaxValue),
        "q" => (ushort.MinValue, ushort.MaxValue),
        "i" => (int.MinValue, int.MaxValue),
        "u" => (uint.MinValue, uint.MaxValue),
        "x" => (long.MinValue, long.MaxValue),
        "t" => (ulong.MinValue, ulong.MaxValue),
        _   => null,
    };

    /// <summary>How long the first complete type in <paramref name="types"/> is; 0 if it starts with none.</summary>
    private static int LengthOfType(ReadOnlySpan<char> types)
    {
        int length = 0;
        while (length < types.Length && types[length] == 'a')
        {
            length++;
        }

        if (length == types.Length || length > MaximumDepth)
        {
            return 0;
        }

        char first = types[length++];
        if (first != '(')
        {
            return first is 'b' or 'y' or 'n' or 'q' or 'i' or 'u' or 'x' or 't' or 'd' or 's' or 'o' or 'g' ? length : 0;
        }

        int start = length;
        while (length < types.Length && types[length] != ')')
        {
            // Structures within structures no property has.
            int member = types[length] == '(' ? 0 : LengthOfType(types[length..]);
            if (member == 0)
            {
                return 0;
            }

            length += member;
        }

        return length == types.Length || length == start ? 0 : length + 1;
    }

    private bool Fits(string expected, string type)
    {
        if (expected.Length == 0 || expected == type)
        {
            return true;
        }

        _ = Fail("does not have the type that it names");
        return false;
    }

    private readonly char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private void SkipSpace()
    {
        while (Peek() is ' ' or '\t' or '\n')
        {
            _at++;
        }
    }

    private BusValue? Fail(string problem)
    {
        _problem ??= problem;
        return null;
    }
}
