// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Networking;

/// <summary><c>struct nlmsghdr</c>, include/uapi/linux/netlink.h: 16 bytes. netlink(7).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NetlinkHeader
{
    /// <summary>Of the whole message, this header included.</summary>
    public uint Length;

    public NetlinkType Type;
    public NetlinkFlags Flags;
    public uint Sequence;
    public uint Port;
}

/// <summary><c>struct ifinfomsg</c>, include/uapi/linux/rtnetlink.h: 16 bytes. rtnetlink(7).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct LinkMessage
{
    public byte Family;
    public byte Padding;
    public ushort Type;
    public int Index;
    public LinkFlags Flags;

    /// <summary>The flags that are to change.</summary>
    public LinkFlags Change;
}

/// <summary><c>struct ifaddrmsg</c>, include/uapi/linux/if_addr.h: 8 bytes. rtnetlink(7).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct AddressMessage
{
    public byte Family;
    public byte PrefixLength;

    /// <summary>The lower eight; all of them are in IFA_FLAGS.</summary>
    public byte Flags;

    public byte Scope;
    public uint Index;
}

/// <summary><c>struct nlattr</c>, include/uapi/linux/netlink.h: 4 bytes, and the value follows; the next one starts at a multiple of four.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NetlinkAttribute
{
    /// <summary>With this header, without what fills up to a multiple of four.</summary>
    public ushort Length;

    public ushort Type;
}
