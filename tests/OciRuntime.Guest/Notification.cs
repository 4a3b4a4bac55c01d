// SPDX-License-Identifier: Apache-2.0
using System;
using System.Runtime.InteropServices;
using System.Text;

namespace OciRuntime.Guest;

/// <summary>sd_notify(3), as a program in a container does it.</summary>
internal static unsafe class Notification
{
    private const string Barrier = "BARRIER=1";

    /// <summary>Sends each message to NOTIFY_SOCKET, "BARRIER=1" with a pipe whose end it then waits for; says what it did.</summary>
    internal static int Send(string[] messages)
    {
        int socket = (int)Native.Syscall((nint)Native.SyscallSocket, 1 /* AF_UNIX */, 2 /* SOCK_DGRAM */, 0, 0, 0);
        int* pipe = stackalloc int[2];
        foreach (string message in messages)
        {
            bool isBarrier = message == Barrier;
            _ = isBarrier ? Native.Syscall((nint)Native.SyscallPipe2, (nint)pipe, 0, 0, 0, 0) : 0;
            if (Send(socket, message, isBarrier ? pipe[1] : -1) < 0)
            {
                Console.Error.WriteLine($"{message}: errno {Marshal.GetLastPInvokeError()}");
                return 1;
            }

            if (isBarrier)
            {
                byte nothing;
                _ = Native.Syscall((nint)Native.SyscallClose, pipe[1], 0, 0, 0, 0);
                _ = Native.Syscall((nint)Native.SyscallRead, pipe[0], (nint)(&nothing), 1, 0, 0);
            }

            Console.Out.WriteLine($"sent {message.ReplaceLineEndings("|")}");
            Console.Out.Flush();
        }

        return 0;
    }

    // struct sockaddr_un, iovec, msghdr and cmsghdr, as sendmsg(2) has them.
    private static nint Send(int socket, string message, int descriptor)
    {
        byte[] payload = Encoding.UTF8.GetBytes(message);
        byte[] path = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("NOTIFY_SOCKET") ?? "/no/NOTIFY_SOCKET");
        byte[] address = [1, 0, .. path, 0];
        long* control = stackalloc long[3];
        control[0] = 20;
        ((int*)control)[2] = 1; // SOL_SOCKET
        ((int*)control)[3] = 1; // SCM_RIGHTS
        ((int*)control)[4] = descriptor;
        fixed (byte* text = payload, to = address)
        {
            nint* buffer = stackalloc nint[2] { (nint)text, payload.Length };
            nint* header = stackalloc nint[7] { (nint)to, address.Length, (nint)buffer, 1, descriptor < 0 ? 0 : (nint)control, descriptor < 0 ? 0 : 24, 0 };
            return Native.Syscall((nint)Native.SyscallSendMessage, socket, (nint)header, 0, 0, 0);
        }
    }
}
