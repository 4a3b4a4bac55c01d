// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Network;

/// <summary>Moves network devices of the host into the container. config-linux.md, "Network Devices".</summary>
/// <remarks>Until it is disposed of, when the container is created, the moves can be undone. After that they belong to the namespace's owner.</remarks>
internal sealed class DeviceMoves : IDisposable
{
    private readonly NetworkNamespace _host;
    private readonly NetworkNamespace _container;
    private readonly List<Action> _back = [];

    /// <param name="container">The network namespace to move to; taken over.</param>
    public DeviceMoves(OwnedFd container)
    {
        _host = NetworkNamespace.OpenOwn();
        _container = NetworkNamespace.Open(container);
    }

    public void Run(ImmutableArray<NetDevicePlan> devices)
    {
        foreach (NetDevicePlan device in devices)
        {
            try
            {
                Run(device);
            }
            catch (LinuxException e)
            {
                throw new ContainerException($"moving the network device {device.Name} ({device.Origin}): {e.Message}");
            }
        }
    }

    /// <summary>Brings back, the last first, what was moved.</summary>
    public void Undo()
    {
        for (int i = _back.Count - 1; i >= 0; i--)
        {
            _back[i]();
        }
    }

    public void Dispose()
    {
        _back.Clear();
        _host.Dispose();
        _container.Dispose();
    }

    private void Run(NetDevicePlan plan)
    {
        NetworkNamespace.Device device = _host.Find(plan.Name)
            ?? throw new ContainerException($"moving the network device {plan.Name} ({plan.Origin}): the runtime's network namespace has no such device");

        // The kernel looks for the new name only once the device has moved, and leaves it there where it is taken.
        if (!plan.IsTemplate && _container.Find(plan.NewName) is not null)
        {
            throw new ContainerException(
                $"moving the network device {plan.Name} ({plan.Origin}): the container's network namespace has a device named {plan.NewName} already"
                + " (hint: with %d in /name the kernel chooses a free one)");
        }

        // devinet and addrconf drop the addresses when the device leaves: before, they are all there.
        List<RouteAnswer> addresses = _host.LastingAddresses(device.Index);
        int index = FreeIndex(device.Index);
        _back.Add(() => BringBack(plan, device, index, addresses));
        _host.Move(device.Index, _container, plan.NewName, index);
        foreach (RouteAnswer address in addresses)
        {
            _container.Add(address, index);
        }

        _container.SetUp(index);
    }

    // One that we choose is one that we know, whatever name the kernel makes of a template. Mostly it can stay as it is.
    private int FreeIndex(int index)
    {
        while (_container.Find(index) is not null)
        {
            index++;
        }

        return index;
    }

    private void BringBack(NetDevicePlan plan, NetworkNamespace.Device device, int index, List<RouteAnswer> addresses)
    {
        if (_container.Find(index) is null)
        {
            // It never moved.
            return;
        }

        _container.Move(index, _host, plan.Name, device.Index);
        foreach (RouteAnswer address in addresses)
        {
            _host.Add(address, device.Index);
        }

        if (device.IsUp)
        {
            _host.SetUp(device.Index);
        }
    }
}
