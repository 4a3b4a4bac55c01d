// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using OciRuntime.Abi;

namespace OciRuntime.Linux;

/// <summary>argv or envp as execve(2) wants it: an array of pointers ended by a null, in memory that the garbage collector never moves.</summary>
/// <remarks>Made before clone, read after it. Never freed: the process ends or is replaced.</remarks>
public sealed unsafe class ArgumentBlock
{
    private readonly byte** _pointers;
    private readonly byte* _spare;
    private readonly int _spareSize;
    private int _count;

    /// <param name="spareSize">Room for strings that are only known after clone, in bytes; 0: none.</param>
    public ArgumentBlock(ImmutableArray<KernelString> strings, int spareSize = 0)
    {
        const int SparePointers = 1;
        int pointersSize = (strings.Length + SparePointers + 1) * sizeof(byte*);
        int size = pointersSize + spareSize;
        foreach (KernelString text in strings)
        {
            size += text.Span.Length;
        }

        byte* memory = (byte*)NativeMemory.Alloc((nuint)size);
        _pointers = (byte**)memory;
        byte* position = memory + pointersSize;
        foreach (KernelString text in strings)
        {
            _pointers[_count++] = position;
            text.Span.CopyTo(new Span<byte>(position, text.Span.Length));
            position += text.Span.Length;
        }

        _pointers[_count] = null;
        _spare = position;
        _spareSize = spareSize;
    }

    internal nint Address => (nint)_pointers;

    /// <summary>Adds one string, which ends with NUL, in the spare room. Once.</summary>
    /// <returns>False where it does not fit.</returns>
    public bool TryAppend(ReadOnlySpan<byte> text)
    {
        if (text.Length > _spareSize)
        {
            return false;
        }

        text.CopyTo(new Span<byte>(_spare, _spareSize));
        _pointers[_count++] = _spare;
        _pointers[_count] = null;
        return true;
    }
}
