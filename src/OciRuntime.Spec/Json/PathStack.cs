// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OciRuntime.Spec.Json;

/// <summary>
/// Where the reader stands: ranges of the document and indices. The text of a <see cref="JsonPath"/> is made from it only for an error,
/// because a good document needs none.
/// </summary>
internal struct PathStack
{
    /// <summary>The deepest place that the reader looks at is <c>/linux/seccomp/syscalls/0/args/0/value</c>: seven.</summary>
    private const int Capacity = 8;

    /// <summary>So that a hostile name of a megabyte does not come back in every error below it.</summary>
    private const int MaximumNameCharacters = 64;

    private Segments _segments;
    private int _depth;

    internal void EnterObject() => _segments[_depth++] = Segment.None;

    internal void EnterArray() => _segments[_depth++] = Segment.Element(-1);

    internal void Leave() => _depth--;

    internal void ForgetName() => _segments[_depth - 1] = Segment.None;

    internal void SetName(int start, int length) => _segments[_depth - 1] = Segment.Name(start, length);

    internal void NextIndex() => _segments[_depth - 1] = Segment.Element(_segments[_depth - 1].Start + 1);

    internal readonly JsonPath ToPath(ReadOnlySpan<byte> document)
    {
        JsonPath path = JsonPath.Root;
        for (int i = 0; i < _depth; i++)
        {
            Segment segment = _segments[i];
            path = segment.Kind switch
            {
                SegmentKind.Name => path.Field(NameAt(document, segment.Start, segment.Length)),
                SegmentKind.Element => path.At(segment.Start),
                _ => path,
            };
        }

        return path;
    }

    // Only names without broken escapes are ever set, so unescaping succeeds.
    private static string NameAt(ReadOnlySpan<byte> document, int start, int length)
    {
        var reader = new Utf8JsonReader(document.Slice(start - 1, length + 2));
        reader.Read();
        return ShownValue.Shorten(reader.GetString() ?? "", MaximumNameCharacters);
    }

    private enum SegmentKind : byte
    {
        None,
        Name,
        Element,
    }

    private readonly record struct Segment(SegmentKind Kind, int Start, int Length)
    {
        internal static Segment None => default;

        internal static Segment Name(int start, int length) => new(SegmentKind.Name, start, length);

        internal static Segment Element(int index) => new(SegmentKind.Element, index, 0);
    }

    [InlineArray(Capacity)]
    private struct Segments
    {
        private Segment _first;
    }
}
