// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;

namespace OciRuntime.Spec.Json;

/// <summary>
/// Where the reader stands: ranges of the document and indices. The text of a <see cref="JsonPath"/> is made from it only for an error,
/// because a good document needs none.
/// </summary>
internal struct PathStack
{
    /// <summary>The deepest place that the reader looks at is <c>/linux/seccomp/syscalls/0/args/0/value</c>: seven.</summary>
    private const int Capacity = 8;

    /// <summary>Arbitrary: a hostile name of a megabyte must not come back in every error below it.</summary>
    private const int MaximumNameCharacters = 256;

    private Segments _segments;
    private int _depth;

    internal void EnterObject() => _segments[_depth++] = Segment.None;

    internal void EnterArray() => _segments[_depth++] = Segment.Element(-1);

    internal void Leave() => _depth--;

    internal void ForgetName() => _segments[_depth - 1] = Segment.None;

    internal void SetName(int start, int length) => _segments[_depth - 1] = Segment.Name(start, length);

    internal void NextIndex() => _segments[_depth - 1] = Segment.Element(_segments[_depth - 1].Start + 1);

    /// <summary>Names are as the document spells them, escapes included: so the path is one line.</summary>
    internal readonly JsonPath ToPath(ReadOnlySpan<byte> document)
    {
        JsonPath path = JsonPath.Root;
        for (int i = 0; i < _depth; i++)
        {
            Segment segment = _segments[i];
            path = segment.Kind switch
            {
                SegmentKind.Name => path.Field(ShownValue.Shorten(document.Slice(segment.Start, segment.Length), MaximumNameCharacters)),
                SegmentKind.Element => path.At(segment.Start),
                _ => path,
            };
        }

        return path;
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
