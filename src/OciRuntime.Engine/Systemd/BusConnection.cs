// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Systemd;

/// <summary>
/// A connection to a systemd, the system's or a user's: calls and their replies, each within a bounded time. org.freedesktop.systemd1(5).
/// </summary>
/// <remarks>Parent only. The child has closed its copy of the descriptor before anything else.</remarks>
internal sealed class BusConnection : IDisposable
{
    private static readonly KernelString s_service = KernelString.Of("org.freedesktop.systemd1");
    private static readonly KernelString s_path = KernelString.Of("/org/freedesktop/systemd1");
    private static readonly KernelString s_manager = KernelString.Of("org.freedesktop.systemd1.Manager");
    private static readonly KernelString s_jobRemoved = KernelString.Of("JobRemoved");

    private readonly SdBus _bus;
    private readonly BusAddress _address;
    private readonly long _limitMilliseconds;

    private BusConnection(SdBus bus, BusAddress address)
    {
        _bus = bus;
        _address = address;
        _limitMilliseconds = bus.CallTimeoutMilliseconds;
    }

    /// <exception cref="ContainerException">There is no libsystemd, or nobody to connect to.</exception>
    public static BusConnection Open(bool isUser)
    {
        string trouble = "";
        foreach (BusAddress address in BusAddress.All(isUser))
        {
            if (TryOpen(address, ref trouble) is { } connection)
            {
                return connection;
            }
        }

        throw new ContainerException(trouble.Length == 0
            ? "the systemd cgroup driver: nothing says where the user's systemd is (hint: set XDG_RUNTIME_DIR or DBUS_SESSION_BUS_ADDRESS)"
            : $"the systemd cgroup driver: connecting to systemd (hint: does it run here?){trouble}");
    }

    /// <summary>A call of a method of the manager's, without arguments yet.</summary>
    public SdBusMessage NewCall(string method) => _bus.NewCall(s_service, s_path, s_manager, KernelString.Of(method));

    /// <summary>Sends a call and waits for its reply, which may be an error.</summary>
    /// <param name="doing">For errors: what is going on.</param>
    /// <exception cref="BusTimeoutException">Nobody answered.</exception>
    public SdBusMessage Call(SdBusMessage call, string doing)
    {
        ulong cookie = _bus.Send(call);
        return Await(message => message.ReplyCookie == cookie, doing);
    }

    /// <summary>Has the ends of jobs told, which is to be before a job begins. Who is connected to the manager itself is told anyway.</summary>
    public void WatchJobs()
    {
        if (!_address.IsBus)
        {
            return;
        }

        KernelString bus = KernelString.Of("org.freedesktop.DBus");
        using SdBusMessage call = _bus.NewCall(bus, KernelString.Of("/org/freedesktop/DBus"), bus, KernelString.Of("AddMatch"));
        call.Append('s', KernelString.Of("type='signal',path='/org/freedesktop/systemd1',interface='org.freedesktop.systemd1.Manager',member='JobRemoved'"));
        call.ExpectNoReply();
        _ = _bus.Send(call);
    }

    /// <summary>Waits for the end of a job.</summary>
    /// <param name="job">The object path that the reply named.</param>
    /// <returns><c>done</c>, or how else it ended: <c>canceled</c>, <c>timeout</c>, <c>failed</c>, <c>dependency</c>, <c>skipped</c>.</returns>
    /// <exception cref="BusTimeoutException">It did not end.</exception>
    public string AwaitJob(string job, string doing)
    {
        string result = "";
        using SdBusMessage signal = Await(message => IsEndOf(message, job, ref result), doing);
        return result;
    }

    /// <summary>A property of the manager's that is a string.</summary>
    public string ManagerProperty(string name, string doing)
    {
        using SdBusMessage call = _bus.NewCall(s_service, s_path, KernelString.Of("org.freedesktop.DBus.Properties"), KernelString.Of("Get"));
        call.Append('s', s_manager);
        call.Append('s', KernelString.Of(name));
        using SdBusMessage reply = Call(call, doing);
        if (reply.Error is { } error)
        {
            throw new ContainerException($"{doing}: {error.Words}");
        }

        reply.Enter('v', KernelString.Of("s"));
        return reply.ReadText('s');
    }

    public void Dispose() => _bus.Dispose();

    private static BusConnection? TryOpen(BusAddress address, ref string trouble)
    {
        const int PauseMilliseconds = 10;
        long end = long.MaxValue;
        while (true)
        {
            SdBus bus = Load();
            bus.SetAddress(KernelString.Of(address.Text));
            bus.SetBusClient(address.IsBus);
            Errno errno = bus.TryStart();
            if (errno == 0)
            {
                return new BusConnection(bus, address);
            }

            end = Math.Min(end, Environment.TickCount64 + bus.CallTimeoutMilliseconds);
            bus.Dispose();
            if (errno != Errno.EAGAIN || Environment.TickCount64 >= end)
            {
                trouble = $"{trouble}: {address.Text}: {ErrnoText.Of(errno)}";
                return null;
            }

            // unix(7): a full queue of connections, as on a machine that starts many containers. Nothing tells when it has room.
            _ = Processes.Poll([], PauseMilliseconds);
        }
    }

    private static SdBus Load()
    {
        try
        {
            return new SdBus();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new ContainerException("the systemd cgroup driver needs libsystemd.so.0 of systemd 240 or newer, which can't be loaded here");
        }
    }

    // JobRemoved: uint32 id, object path of the job, string unit, string result.
    private static bool IsEndOf(SdBusMessage message, string job, ref string result)
    {
        if (!message.IsSignal(s_manager, s_jobRemoved))
        {
            return false;
        }

        _ = message.ReadNumber();
        if (message.ReadText('o') != job)
        {
            return false;
        }

        _ = message.ReadText('s');
        result = message.ReadText('s');
        return true;
    }

    private SdBusMessage Await(Predicate<SdBusMessage> isWanted, string doing)
    {
        long end = Environment.TickCount64 + _limitMilliseconds;
        try
        {
            while (true)
            {
                bool didSomething = _bus.Process(out SdBusMessage? message);
                if (message is not null && isWanted(message))
                {
                    return message;
                }

                message?.Dispose();
                long left = end - Environment.TickCount64;
                if (left <= 0)
                {
                    throw new BusTimeoutException(
                        $"{doing}: no answer from systemd at {_address.Text} within {_limitMilliseconds} ms (hint: is it stalled, or the bus?)");
                }

                if (!didSomething)
                {
                    Span<PollEntry> entry = [new PollEntry { Descriptor = _bus.Descriptor.Number, Events = _bus.Events }];
                    _ = Processes.Poll(entry, left);
                }
            }
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"{doing}: talking to systemd at {_address.Text}: {e.Message}");
        }
    }
}
