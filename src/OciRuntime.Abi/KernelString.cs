// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;

namespace OciRuntime.Abi;

/// <summary>Bytes as the kernel takes them: UTF-8, ended by a NUL that is part of <see cref="Span"/>, with none inside.</summary>
public readonly struct KernelString : IEquatable<KernelString>
{
    private readonly byte[]? _bytes;

    private KernelString(byte[] bytes) => _bytes = bytes;

    /// <summary>The empty string: just the terminator.</summary>
    public static KernelString Empty => default;

    /// <summary>The bytes with their terminator.</summary>
    public ReadOnlySpan<byte> Span => _bytes ?? "\0"u8;

    /// <summary>The bytes without their terminator.</summary>
    public ReadOnlySpan<byte> Text => Span[..^1];

    public bool IsEmpty => Text.IsEmpty;

    /// <summary>False if <paramref name="text"/> has a NUL inside: the kernel would read it as the end.</summary>
    public static bool TryCreate(ReadOnlySpan<char> text, out KernelString result)
    {
        result = default;
        if (text.Contains('\0'))
        {
            return false;
        }

        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        result = new KernelString(bytes);
        return true;
    }

    /// <summary>Of text that has been checked, or is our own.</summary>
    /// <exception cref="ArgumentException">A NUL inside.</exception>
    public static KernelString Of(ReadOnlySpan<char> text) =>
        TryCreate(text, out KernelString result) ? result : throw new ArgumentException("NUL inside a string for the kernel", nameof(text));

    /// <summary>Of bytes that came from the kernel, or from a <c>u8</c> literal, without terminator.</summary>
    /// <exception cref="ArgumentException">A NUL inside.</exception>
    public static KernelString OfBytes(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0))
        {
            throw new ArgumentException("NUL inside a string for the kernel", nameof(text));
        }

        byte[] bytes = new byte[text.Length + 1];
        text.CopyTo(bytes);
        return new KernelString(bytes);
    }

    /// <summary>This path, a slash, <paramref name="name"/>.</summary>
    public KernelString Append(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> text = Text;
        byte[] bytes = new byte[text.Length + 1 + name.Length + 1];
        text.CopyTo(bytes);
        bytes[text.Length] = (byte)'/';
        name.CopyTo(bytes.AsSpan(text.Length + 1));
        return new KernelString(bytes);
    }

    public bool Equals(KernelString other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is KernelString other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public static bool operator ==(KernelString left, KernelString right) => left.Equals(right);

    public static bool operator !=(KernelString left, KernelString right) => !left.Equals(right);

    /// <summary>For people: bytes that are not UTF-8 become U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Text);
}
