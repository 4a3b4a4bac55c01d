// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Threading;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>Decides on system calls of SCMP_ACT_NOTIFY: what listens behind listenerPath. seccomp_unotify(2).</summary>
internal sealed unsafe class SeccompAgent : IDisposable
{
    private const nuint Receive = 0xC0502100; // SECCOMP_IOCTL_NOTIF_RECV
    private const nuint Send = 0xC0182101; // SECCOMP_IOCTL_NOTIF_SEND
    private const uint Continue = 1; // SECCOMP_USER_NOTIF_FLAG_CONTINUE

    private readonly DescriptorSocket _socket;
    private readonly Func<int, int> _decide;
    private readonly Thread _thread;
    private readonly int _connections;

    /// <param name="decide">From the number of a call to the error that it gives; 0: the kernel goes on with it.</param>
    /// <param name="connections">How many filters are expected; each is answered for until its last process has ended.</param>
    internal SeccompAgent(string path, Func<int, int> decide, int connections = 1)
    {
        _socket = new DescriptorSocket(path);
        _decide = decide;
        _connections = connections;
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    internal string Path => _socket.Path;

    /// <summary>The documents that came with listeners.</summary>
    internal BlockingCollection<JsonObject> States { get; } = [];

    /// <summary>The numbers of the calls that were asked for.</summary>
    internal ConcurrentQueue<int> Asked { get; } = [];

    /// <summary>Whatever went wrong.</summary>
    internal ConcurrentQueue<string> Trouble { get; } = [];

    /// <summary>Waits for the first document.</summary>
    internal JsonObject TakeState() =>
        States.TryTake(out JsonObject? state, Host.Timeout) ? state : throw new TimeoutException($"no listener came: {string.Join("; ", Trouble)}");

    public void Dispose()
    {
        _socket.Dispose();
        States.Dispose();
    }

    /// <summary>Until the last process under each filter has ended.</summary>
    internal bool WaitForEnd() => _thread.Join(Host.Timeout);

    private void Serve()
    {
        try
        {
            List<Thread> servers = [];
            for (int i = 0; i < _connections; i++)
            {
                List<DescriptorSocket.Message> messages = _socket.ReceiveAll();
                if (messages.Count != 1 || messages[0].Descriptors.Count != 1)
                {
                    Trouble.Enqueue($"{messages.Count} messages");
                    return;
                }

                States.Add(JsonNode.Parse(messages[0].Payload)!.AsObject());
                Thread server = new(() => Answer(messages[0].Descriptors[0])) { IsBackground = true };
                server.Start();
                servers.Add(server);
            }

            servers.ForEach(server => server.Join());
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            Trouble.Enqueue(e.Message);
        }
    }

    private void Answer(Descriptor listener)
    {
        using (listener)
        {
            while (true)
            {
                Native.PollEntry entry = new() { Descriptor = listener.Number, Events = Native.PollIn };
                if (Native.Poll(&entry, 1, (int)Host.Timeout.TotalMilliseconds) <= 0 || (entry.Returned & Native.PollIn) == 0)
                {
                    return;
                }

                Notification notification = default;
                if (Native.Ioctl(listener.Number, Receive, &notification) != 0)
                {
                    // ENOENT: the caller was killed meanwhile.
                    continue;
                }

                Asked.Enqueue(notification.Number);
                int error = _decide(notification.Number);
                Response response = new() { Id = notification.Id, Error = -error, Flags = error == 0 ? Continue : 0 };
                _ = Native.Ioctl(listener.Number, Send, &response);
            }
        }
    }

    // struct seccomp_notif and struct seccomp_notif_resp, include/uapi/linux/seccomp.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct Notification
    {
        public ulong Id;
        public uint Pid;
        public uint Flags;
        public int Number;
        public uint Architecture;
        public ulong InstructionPointer;
        public fixed ulong Arguments[6];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Response
    {
        public ulong Id;
        public long Value;
        public int Error;
        public uint Flags;
    }
}
