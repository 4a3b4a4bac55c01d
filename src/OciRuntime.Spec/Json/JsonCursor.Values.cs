// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OciRuntime.Spec.Json;

// Each takes the value that the cursor stands on. JSON's null is null, and so is a value of a wrong type or range, which is reported.
internal ref partial struct JsonCursor
{
    internal string? String()
    {
        if (_json.TokenType != JsonTokenType.String)
        {
            Refuse("a string");
            return null;
        }

        if (_json.ValueIsEscaped && EscapeCheck.HasLoneSurrogate(_json.ValueSpan))
        {
            Report($"\"{ShownValue.Shorten(_json.ValueSpan)}\" has an escape that is half of a surrogate pair");
            return null;
        }

        return _json.GetString();
    }

    internal bool? Boolean()
    {
        if (_json.TokenType is JsonTokenType.True or JsonTokenType.False)
        {
            return _json.TokenType == JsonTokenType.True;
        }

        Refuse("a boolean");
        return null;
    }

    internal ushort? UInt16()
    {
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetUInt16(out ushort value))
        {
            return value;
        }

        Refuse("an unsigned 16-bit integer");
        return null;
    }

    internal uint? UInt32()
    {
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetUInt32(out uint value))
        {
            return value;
        }

        Refuse("an unsigned 32-bit integer");
        return null;
    }

    internal ulong? UInt64()
    {
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetUInt64(out ulong value))
        {
            return value;
        }

        Refuse("an unsigned 64-bit integer");
        return null;
    }

    internal int? Int32()
    {
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out int value))
        {
            return value;
        }

        Refuse("a 32-bit integer");
        return null;
    }

    internal long? Int64()
    {
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out long value))
        {
            return value;
        }

        Refuse("a 64-bit integer");
        return null;
    }

    internal ImmutableArray<string>? Strings()
    {
        if (!EnterArray())
        {
            return null;
        }

        // One list for all: arrays of strings do not nest.
        List<string> strings = _strings ??= new List<string>(32);
        strings.Clear();
        while (NextElement())
        {
            if (String() is { } value)
            {
                strings.Add(value);
            }
        }

        return Freeze(strings);
    }

    internal ImmutableArray<uint>? UInt32s()
    {
        if (!EnterArray())
        {
            return null;
        }

        List<uint> values = [];
        while (NextElement())
        {
            if (UInt32() is { } value)
            {
                values.Add(value);
            }
        }

        return Freeze(values);
    }

    internal ImmutableArray<KeyValuePair<string, string>> StringMap()
    {
        if (!EnterObject())
        {
            return [];
        }

        var map = new MapBuilder<string>();
        while (NextMember())
        {
            map.Set(Key(), String());
        }

        return map.Freeze();
    }

    internal static ImmutableArray<T> Freeze<T>(List<T> list) => ImmutableCollectionsMarshal.AsImmutableArray(list.ToArray());

    // Reports a value that is not what it must be, and leaves it behind. Null is absence, and no violation.
    private void Refuse(string required)
    {
        JsonTokenType token = _json.TokenType;
        if (token == JsonTokenType.Null)
        {
            return;
        }

        string shown = ShownValue.Of(token, _json.ValueSpan);
        string kind = token == JsonTokenType.Number && IsInteger(required) ? FaultOfNumber(_json.ValueSpan) : ShownValue.KindOf(token);
        Report($"{shown} is {kind}, must be {required}");
        _json.Skip();
    }

    private static bool IsInteger(string required) => required.EndsWith("integer", StringComparison.Ordinal);

    // 1.0 and 1e3 are whole, but peers refuse them too.
    private static string FaultOfNumber(ReadOnlySpan<byte> number) =>
        number.ContainsAny(".eE"u8) ? "not a plain integer" : "out of range";
}
