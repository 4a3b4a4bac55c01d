// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OciRuntime.Abi.Networking;

namespace OciRuntime.Engine.Network;

/// <summary>A message from the kernel, without its header: a structure, and attributes.</summary>
internal readonly record struct RouteAnswer(NetlinkType Type, byte[] Body)
{
    public T As<T>()
        where T : unmanaged => MemoryMarshal.Read<T>(Body);

    /// <summary>The value of an attribute behind a structure of type <typeparamref name="T"/>; empty where there is none.</summary>
    public ReadOnlySpan<byte> Attribute<T>(ushort type)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<NetlinkAttribute>();
        ReadOnlySpan<byte> rest = Body.AsSpan(Unsafe.SizeOf<T>());
        while (rest.Length >= size)
        {
            NetlinkAttribute header = MemoryMarshal.Read<NetlinkAttribute>(rest);
            if (header.Length < size || header.Length > rest.Length)
            {
                break;
            }

            if (header.Type == type)
            {
                return rest[size..header.Length];
            }

            rest = rest[Math.Min(rest.Length, (header.Length + 3) & ~3)..];
        }

        return default;
    }
}
