// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OciRuntime.Abi.Networking;

namespace OciRuntime.Engine.Network;

/// <summary>A message of rtnetlink(7) in the making: the header, a structure, attributes.</summary>
internal sealed class RouteRequest
{
    // Room for what we ask: a name, an address or two, numbers.
    private readonly byte[] _bytes = new byte[256];
    private int _length = Unsafe.SizeOf<NetlinkHeader>();

    private RouteRequest(NetlinkType type, NetlinkFlags flags) => (Type, Flags) = (type, flags | NetlinkFlags.NLM_F_REQUEST);

    public NetlinkType Type { get; }

    public NetlinkFlags Flags { get; }

    /// <summary>The whole message.</summary>
    public ReadOnlySpan<byte> Bytes(uint sequence)
    {
        NetlinkHeader header = new() { Length = (uint)_length, Type = Type, Flags = Flags, Sequence = sequence };
        MemoryMarshal.Write(_bytes, header);
        return _bytes.AsSpan(0, _length);
    }

    public static RouteRequest Of<T>(NetlinkType type, NetlinkFlags flags, T body)
        where T : unmanaged
    {
        RouteRequest request = new(type, flags);
        MemoryMarshal.Write(request._bytes.AsSpan(request._length), body);
        request._length += Unsafe.SizeOf<T>();
        return request;
    }

    public RouteRequest With(LinkAttribute type, ReadOnlySpan<byte> value) => With((ushort)type, value);

    public RouteRequest With(LinkAttribute type, int value) => With((ushort)type, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));

    // Every length here is a multiple of four: so is what went before, and the rest of the array is zero.
    public RouteRequest With(ushort type, ReadOnlySpan<byte> value)
    {
        int header = Unsafe.SizeOf<NetlinkAttribute>();
        MemoryMarshal.Write(_bytes.AsSpan(_length), new NetlinkAttribute { Length = (ushort)(header + value.Length), Type = type });
        value.CopyTo(_bytes.AsSpan(_length + header));
        _length += (header + value.Length + 3) & ~3;
        return this;
    }
}
