// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec.Json;

/// <summary>A map in the document's order. Of a key that occurs twice the last value counts; a null takes the key away.</summary>
internal sealed class MapBuilder<T>
    where T : class
{
    /// <summary>Up to here a search from the start is cheaper than an index.</summary>
    private const int MaximumSearched = 16;

    private readonly List<KeyValuePair<string, T?>> _entries = [];
    private Dictionary<string, int>? _index;
    private int _absent;

    internal void Set(string key, T? value)
    {
        int at = Find(key);
        if (at < 0)
        {
            _entries.Add(new KeyValuePair<string, T?>(key, value));
            _index?.Add(key, _entries.Count - 1);
        }
        else
        {
            _absent -= _entries[at].Value is null ? 1 : 0;
            _entries[at] = new KeyValuePair<string, T?>(key, value);
        }

        _absent += value is null ? 1 : 0;
    }

    internal ImmutableArray<KeyValuePair<string, T>> Freeze()
    {
        var present = new List<KeyValuePair<string, T>>(_entries.Count - _absent);
        foreach ((string key, T? value) in _entries)
        {
            if (value is not null)
            {
                present.Add(new KeyValuePair<string, T>(key, value));
            }
        }

        return JsonCursor.Freeze(present);
    }

    private int Find(string key)
    {
        if (_entries.Count > MaximumSearched)
        {
            return (_index ??= MakeIndex()).GetValueOrDefault(key, -1);
        }

        for (int i = 0; i < _entries.Count; i++)
        {
            if (string.Equals(_entries[i].Key, key, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    private Dictionary<string, int> MakeIndex()
    {
        var index = new Dictionary<string, int>(_entries.Count * 2, StringComparer.Ordinal);
        for (int i = 0; i < _entries.Count; i++)
        {
            index.Add(_entries[i].Key, i);
        }

        return index;
    }
}
