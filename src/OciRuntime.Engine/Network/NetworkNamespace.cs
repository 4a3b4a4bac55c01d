// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using OciRuntime.Abi;
using OciRuntime.Abi.Networking;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Network;

/// <summary>One network namespace, seen from this process wherever that is: its devices and their addresses.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly OwnedFd _file;
    private readonly RouteSocket _socket;

    private NetworkNamespace(OwnedFd file, RouteSocket socket) => (_file, _socket) = (file, socket);

    /// <summary>A device, and what a move takes from it.</summary>
    public readonly record struct Device(int Index, bool IsUp);

    /// <summary>The calling thread's own.</summary>
    public static NetworkNamespace OpenOwn() => new(OpenOwnFile(), new RouteSocket());

    /// <summary>Another one. The calling thread is in it for a moment: that is how a socket comes to belong to it.</summary>
    /// <param name="file">Taken over.</param>
    public static NetworkNamespace Open(OwnedFd file)
    {
        using OwnedFd own = OpenOwnFile();
        Namespaces.Join(file.Borrow, CloneFlags.CLONE_NEWNET);
        try
        {
            return new NetworkNamespace(file, new RouteSocket());
        }
        finally
        {
            Namespaces.Join(own.Borrow, CloneFlags.CLONE_NEWNET);
        }
    }

    public static OwnedFd OpenOwnFile() => Files.Open(Fd.CurrentDirectory, "/proc/thread-self/ns/net\0"u8, Abi.Files.OpenFlags.O_RDONLY);

    public void Dispose()
    {
        _socket.Dispose();
        _file.Dispose();
    }

    /// <returns>Null where there is no device of that name.</returns>
    public Device? Find(KernelString name) =>
        Find(RouteRequest.Of(NetlinkType.RTM_GETLINK, NetlinkFlags.NLM_F_ACK, default(LinkMessage)).With(LinkAttribute.IFLA_IFNAME, name.Span), name.ToString());

    public Device? Find(int index) =>
        Find(RouteRequest.Of(NetlinkType.RTM_GETLINK, NetlinkFlags.NLM_F_ACK, new LinkMessage { Index = index }), $"{index}");

    /// <summary>The addresses of a device that are its own for good: permanent, and of global scope.</summary>
    public List<RouteAnswer> LastingAddresses(int index)
    {
        const byte RT_SCOPE_UNIVERSE = 0;
        List<RouteAnswer> all = [];
        Order(RouteRequest.Of(NetlinkType.RTM_GETADDR, NetlinkFlags.NLM_F_DUMP, default(AddressMessage)), $"{index}", all);
        return all.FindAll(answer => answer.Type == NetlinkType.RTM_NEWADDR
            && answer.As<AddressMessage>() is { Scope: RT_SCOPE_UNIVERSE } address && address.Index == (uint)index
            && (FlagsOf(answer) & AddressFlags.IFA_F_PERMANENT) != 0);
    }

    /// <summary>Gives a device an address that it, or the same one elsewhere, had before.</summary>
    public void Add(RouteAnswer address, int index)
    {
        // What a user may set; the others are the kernel's own.
        const AddressFlags Kept = AddressFlags.IFA_F_NODAD | AddressFlags.IFA_F_HOMEADDRESS | AddressFlags.IFA_F_MANAGETEMPADDR
            | AddressFlags.IFA_F_NOPREFIXROUTE | AddressFlags.IFA_F_MCAUTOJOIN;
        AddressMessage message = address.As<AddressMessage>() with { Index = (uint)index, Flags = 0 };
        RouteRequest request = RouteRequest.Of(
            NetlinkType.RTM_NEWADDR, NetlinkFlags.NLM_F_ACK | NetlinkFlags.NLM_F_CREATE | NetlinkFlags.NLM_F_EXCL, message);
        foreach (ushort type in (ReadOnlySpan<ushort>)
            [AddressAttribute.IFA_LOCAL, AddressAttribute.IFA_ADDRESS, AddressAttribute.IFA_BROADCAST, AddressAttribute.IFA_RT_PRIORITY])
        {
            ReadOnlySpan<byte> value = address.Attribute<AddressMessage>(type);
            if (!value.IsEmpty)
            {
                request = request.With(type, value);
            }
        }

        AddressFlags flags = FlagsOf(address) & Kept;
        Order(request.With(AddressAttribute.IFA_FLAGS, MemoryMarshal.AsBytes(new ReadOnlySpan<AddressFlags>(in flags))), $"{index}");
    }

    public void SetUp(int index) => Order(
        RouteRequest.Of(NetlinkType.RTM_SETLINK, NetlinkFlags.NLM_F_ACK, new LinkMessage { Index = index, Flags = LinkFlags.IFF_UP, Change = LinkFlags.IFF_UP }),
        $"{index}");

    /// <summary>Moves a device to another namespace, with a new name and index, in one request: nobody sees it half done.</summary>
    public void Move(int index, NetworkNamespace to, KernelString newName, int newIndex) => Order(
        RouteRequest.Of(NetlinkType.RTM_SETLINK, NetlinkFlags.NLM_F_ACK, new LinkMessage { Index = index })
            .With(LinkAttribute.IFLA_IFNAME, newName.Span)
            .With(LinkAttribute.IFLA_NET_NS_FD, to._file.Borrow.Number)
            .With(LinkAttribute.IFLA_NEW_IFINDEX, newIndex),
        newName.ToString());

    private static AddressFlags FlagsOf(RouteAnswer address)
    {
        ReadOnlySpan<byte> all = address.Attribute<AddressMessage>(AddressAttribute.IFA_FLAGS);
        return all.IsEmpty ? (AddressFlags)address.As<AddressMessage>().Flags : MemoryMarshal.Read<AddressFlags>(all);
    }

    private static string NameOf(NetlinkType type) => type switch
    {
        NetlinkType.RTM_GETLINK => "RTM_GETLINK",
        NetlinkType.RTM_SETLINK => "RTM_SETLINK",
        NetlinkType.RTM_GETADDR => "RTM_GETADDR",
        _ => "RTM_NEWADDR",
    };

    private Device? Find(RouteRequest request, string subject)
    {
        List<RouteAnswer> answers = [];
        Errno errno = _socket.TryAsk(request, answers);
        if (errno == Errno.ENODEV)
        {
            return null;
        }

        Throw(errno, request, subject);
        LinkMessage link = answers[0].As<LinkMessage>();
        return new Device(link.Index, (link.Flags & LinkFlags.IFF_UP) != 0);
    }

    private void Order(RouteRequest request, string subject, List<RouteAnswer>? answers = null) =>
        Throw(_socket.TryAsk(request, answers), request, subject);

    private static void Throw(Errno errno, RouteRequest request, string subject)
    {
        if (errno != 0)
        {
            throw new LinuxException($"netlink {NameOf(request.Type)}", errno, subject);
        }
    }
}
