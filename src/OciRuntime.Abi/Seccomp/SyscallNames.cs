// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;

namespace OciRuntime.Abi.Seccomp;

/// <summary>The names of all system calls of all architectures, in order. A name's index is its place in the tables of <see cref="SyscallNumbers"/>.</summary>
public static partial class SyscallNames
{
    public const int Unknown = -1;

    public static int Count => Starts.Length - 1;

    public static string NameOf(int index) => Encoding.ASCII.GetString(Bytes(index));

    /// <returns><see cref="Unknown"/> if no architecture has such a call.</returns>
    public static int IndexOf(string name)
    {
        uint place = Hash(name);
        while (Buckets[(int)place] is var entry and not 0)
        {
            if (Ascii.Equals(Bytes(entry - 1), name))
            {
                return entry - 1;
            }

            place = (place + 1) % BucketCount;
        }

        return Unknown;
    }

    // FNV-1a; the same in generate-syscall-tables.
    private static uint Hash(string name)
    {
        uint value = 0x811C9DC5;
        foreach (char letter in name)
        {
            value = unchecked((value ^ letter) * 0x01000193);
        }

        return (value ^ (value >> 15)) % BucketCount;
    }

    private static ReadOnlySpan<byte> Bytes(int index) => Text[Starts[index]..Starts[index + 1]];
}
