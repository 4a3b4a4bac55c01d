// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using OciRuntime.Abi;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>Who decides on system calls with <c>SCMP_ACT_NOTIFY</c>: behind <c>listenerPath</c>. config-linux.md, "Seccomp".</summary>
internal sealed class SeccompAgent : IDisposable
{
    private readonly SeccompListenerPlan _plan;
    private readonly OwnedFd _socket;

    private SeccompAgent(SeccompListenerPlan plan, OwnedFd socket) => (_plan, _socket) = (plan, socket);

    /// <summary>Connects now: without an agent no program may run.</summary>
    /// <returns>Null where no call needs one.</returns>
    public static SeccompAgent? Connect(SeccompListenerPlan? plan)
    {
        if (plan is null)
        {
            return null;
        }

        Errno errno = DescriptorSocket.TryConnect(plan.Path.ToString(), out OwnedFd? socket);
        return socket is not null
            ? new SeccompAgent(plan, socket)
            : throw new ContainerException($"failed to connect with seccomp agent (/linux/seccomp/listenerPath): connect {plan.Path}: {ErrnoText.Of(errno)}");
    }

    /// <summary>Hands on what the process said with <see cref="SyncMessage.SeccompListener"/>.</summary>
    /// <param name="number">In the process, where it could not send <paramref name="listener"/> itself.</param>
    /// <param name="process">That loaded the filter.</param>
    public void Deliver(SyncChannel channel, OwnedFd? listener, string number, Fd process, ContainerRecord record, ContainerStatus status)
    {
        bool isFetched = listener is null;
        listener ??= Fetch(process, number);
        byte[] state = StateJson.ForSeccompAgent(record, status, ProcessIdentity.PidOf(process), _plan.Metadata);
        Errno errno = Sockets.TrySend(_socket.Borrow, state, listener.Borrow);

        // The agent may wait for the end of the connection.
        listener.Dispose();
        _socket.Dispose();
        if (errno != 0)
        {
            throw new ContainerException($"sending the seccomp listener to {_plan.Path} (/linux/seccomp/listenerPath): sendmsg: {ErrnoText.Of(errno)}");
        }

        if (isFetched)
        {
            channel.TrySend(SyncMessage.ListenerTaken);
        }
    }

    public void Dispose() => _socket.Dispose();

    private static OwnedFd Fetch(Fd process, string number)
    {
        Errno errno = Processes.TryTakeDescriptor(process, int.Parse(number, CultureInfo.InvariantCulture), out OwnedFd? listener);
        return listener ?? throw new ContainerException(
            $"taking the seccomp listener of a filter that lets no sendmsg(2) pass: pidfd_getfd: {ErrnoText.Of(errno)}");
    }
}
