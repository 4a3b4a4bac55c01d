// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using FluentAssertions;
using OciRuntime.Abi;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Linux;

public sealed unsafe partial class SocketsTests : KernelTest
{
    // The descriptor check leaves sockets out, which the test host opens and closes.
    private readonly int _sockets = CountSockets();

    protected override void Dispose(bool disposing)
    {
        CountSockets().Should().Be(_sockets);
        base.Dispose(disposing);
    }

    [KernelFact]
    public void Pair_KeepsMessageBordersAndPassesDescriptors()
    {
        (OwnedFd first, OwnedFd second) = Sockets.MakePair();
        using OwnedFd file = Files.MakeMemoryFile("passed\0"u8);
        using (second)
        {
            using (first)
            {
                Sockets.TrySend(first.Borrow, "one"u8).Should().Be((Errno)0);
                Sockets.TrySend(first.Borrow, "two"u8, file.Borrow).Should().Be((Errno)0);
            }

            byte[] buffer = new byte[16];
            Sockets.TryReceive(second.Borrow, buffer, out int count, out OwnedFd? none).Should().Be((Errno)0);
            (count, none).Should().Be((3, null));
            Sockets.TryReceive(second.Borrow, buffer, out count, out OwnedFd? passed).Should().Be((Errno)0);
            using (passed)
            {
                Files.IsInheritable(passed!.Borrow).Should().BeFalse();
                Files.Status(passed.Borrow).Inode.Should().Be(Files.Status(file.Borrow).Inode);
            }

            Sockets.TryReceive(second.Borrow, buffer, out count, out none).Should().Be((Errno)0);
            count.Should().Be(0, "the other end is closed");
            Sockets.TrySend(second.Borrow, "three"u8).Should().Be(Errno.EPIPE);
        }
    }

    [KernelFact]
    public void Receive_TwoDescriptors_TakesOne()
    {
        (OwnedFd first, OwnedFd second) = Sockets.MakePair();
        using (first)
        using (second)
        {
            SendTwo(first.Borrow.Number);
            Sockets.TryReceive(second.Borrow, new byte[16], out int count, out OwnedFd? one).Should().Be((Errno)0);
            count.Should().Be(1);
            one?.Dispose();
            NewDescriptors().Should().BeEmpty();
        }
    }

    [KernelFact]
    public void Listen_ConnectAcceptRefuse()
    {
        using TemporaryFolder folder = new();
        KernelString path = KernelString.Of(folder["socket"]);
        Sockets.TryConnect(path.Span, stream: false, wait: true, out _).Should().Be(Errno.ENOENT);
        using (OwnedFd listener = Sockets.Listen(path.Span))
        {
            Sockets.TryConnect(path.Span, stream: true, wait: true, out _).Should().Be(Errno.EPROTOTYPE);
            Sockets.TryConnect(path.Span, stream: false, wait: true, out OwnedFd? client).Should().Be((Errno)0);
            using (client)
            using (OwnedFd server = Sockets.Accept(listener.Borrow))
            {
                Sockets.TrySend(client!.Borrow, "hello"u8).Should().Be((Errno)0);
                Sockets.TryReceive(server.Borrow, new byte[16], out int count, out _).Should().Be((Errno)0);
                count.Should().Be(5);
            }
        }

        Sockets.TryConnect(path.Span, stream: false, wait: true, out _).Should().Be(Errno.ECONNREFUSED);
    }

    [KernelFact]
    public void Refusals_SayThePathAndLeaveNoSocket()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["taken"], "");
        Action taken = () => Sockets.Listen(KernelString.Of(folder["taken"]).Span).Dispose();
        taken.Should().Throw<LinuxException>().WithMessage($"bind {folder["taken"]}: EADDRINUSE (address already in use)");
        string name = folder[new string('x', 120)];
        Action tooLong = () => Sockets.Listen(KernelString.Of(name).Span).Dispose();
        tooLong.Should().Throw<LinuxException>().WithMessage($"socket address {name}: ENAMETOOLONG (file name too long)");
        Action connectTooLong = () => Sockets.TryConnect(KernelString.Of(name).Span, stream: true, wait: true, out _);
        connectTooLong.Should().Throw<LinuxException>().WithMessage($"socket address {name}: ENAMETOOLONG (file name too long)");
        Action accept = () => Sockets.Accept(Fd.StandardInput).Dispose();
        accept.Should().Throw<LinuxException>().WithMessage("accept4: ENOTSOCK (socket operation on non-socket)");
    }

    private static int CountSockets()
    {
        IEnumerable<string?> targets = Directory.GetFileSystemEntries("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget);
        return targets.Count(target => target?.StartsWith("socket:", StringComparison.Ordinal) == true);
    }

    // sendmsg(2): struct msghdr and one control message with two descriptors.
    private static void SendTwo(int socket)
    {
        byte data = 1;
        nint* vector = stackalloc nint[2] { (nint)(&data), 1 };
        int* control = stackalloc int[6] { 24, 0, 1 /* SOL_SOCKET */, 1 /* SCM_RIGHTS */, 0, 0 };
        nint* message = stackalloc nint[7] { 0, 0, (nint)vector, 1, (nint)control, 24, 0 };
        SendMessage(socket, message, 0).Should().Be(1);
    }

    [LibraryImport("libc", EntryPoint = "sendmsg")]
    private static partial nint SendMessage(int socket, nint* message, int flags);
}
