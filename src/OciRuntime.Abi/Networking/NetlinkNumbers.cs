// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Networking;

/// <summary>include/uapi/linux/netlink.h and rtnetlink.h. rtnetlink(7).</summary>
public enum NetlinkType : ushort
{
    NLMSG_ERROR = 2,
    NLMSG_DONE = 3,
    RTM_NEWLINK = 16,
    RTM_GETLINK = 18,
    RTM_SETLINK = 19,
    RTM_NEWADDR = 20,
    RTM_GETADDR = 22,
}

/// <summary>include/uapi/linux/netlink.h. netlink(7).</summary>
[Flags]
public enum NetlinkFlags : ushort
{
    None = 0,
    NLM_F_REQUEST = 0x1,
    NLM_F_ACK = 0x4,

    /// <summary>In answers: what was listed changed meanwhile.</summary>
    NLM_F_DUMP_INTR = 0x10,

    /// <summary>A list of all.</summary>
    NLM_F_DUMP = 0x300,
    NLM_F_EXCL = 0x200,
    NLM_F_CREATE = 0x400,
}

/// <summary>include/uapi/linux/if.h. netdevice(7).</summary>
[Flags]
public enum LinkFlags : uint
{
    None = 0,
    IFF_UP = 0x1,
}

/// <summary>include/uapi/linux/if_link.h.</summary>
public enum LinkAttribute : ushort
{
    IFLA_IFNAME = 3,

    /// <summary>The descriptor of the network namespace to move to.</summary>
    IFLA_NET_NS_FD = 28,

    /// <summary>The index to have there. Linux 5.13.</summary>
    IFLA_NEW_IFINDEX = 49,
}

/// <summary>include/uapi/linux/if_addr.h.</summary>
public static class AddressAttribute
{
    public const ushort IFA_ADDRESS = 1;
    public const ushort IFA_LOCAL = 2;
    public const ushort IFA_BROADCAST = 4;
    public const ushort IFA_FLAGS = 8;
    public const ushort IFA_RT_PRIORITY = 9;
}

/// <summary>include/uapi/linux/if_addr.h.</summary>
[Flags]
public enum AddressFlags : uint
{
    None = 0,
    IFA_F_NODAD = 0x02,
    IFA_F_HOMEADDRESS = 0x10,
    IFA_F_PERMANENT = 0x80,
    IFA_F_MANAGETEMPADDR = 0x100,
    IFA_F_NOPREFIXROUTE = 0x200,
    IFA_F_MCAUTOJOIN = 0x400,
}
