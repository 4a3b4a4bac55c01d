// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Text;
using FluentAssertions;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Linux;

/// <summary>Files, OwnedFd, LinuxException.</summary>
public sealed class FilesTests : KernelTest
{
    [KernelFact]
    public void Open_WriteReadStatus()
    {
        using TemporaryFolder folder = new();
        KernelString path = KernelString.Of(folder["file"]);
        using OwnedFd file = Files.Open(Fd.CurrentDirectory, path.Span, OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0x180 /* 0600 */);
        Files.IsInheritable(file.Borrow).Should().BeFalse();
        Files.TrySetCloseOnExec(file.Borrow, closeOnExec: false).Should().Be((Errno)0);
        Files.IsInheritable(file.Borrow).Should().BeTrue();
        Files.TrySetCloseOnExec(file.Borrow, closeOnExec: true).Should().Be((Errno)0);
        Files.Write(file.Borrow, "some text"u8);
        Files.Rewind(file.Borrow);
        byte[] buffer = new byte[20];
        Files.Read(file.Borrow, buffer).Should().Be(9);
        Encoding.UTF8.GetString(buffer, 0, 9).Should().Be("some text");
        Files.Read(file.Borrow, buffer).Should().Be(0);
        Files.TryReadAt(file.Borrow, buffer, 5, out int count).Should().Be((Errno)0);
        count.Should().Be(4);
        FileStatus status = Files.Status(file.Borrow);
        (status.Type, status.Size, status.LinkCount, status.UserId, status.GroupId).Should().Be((FileType.S_IFREG, 9UL, 1U, 0U, 0U));
        (status.Mode & 0xFFF).Should().Be(0x180);
        status.Inode.Should().Be(Files.Status(Fd.CurrentDirectory, path.Span).Inode);
        FileStatus device = Files.Status(Fd.CurrentDirectory, "/dev/null\0"u8);
        (device.Type, device.NodeMajor, device.NodeMinor).Should().Be((FileType.S_IFCHR, 1U, 3U));
        Files.Status(Fd.CurrentDirectory, "/proc\0"u8).MountId.Should().NotBe(status.MountId);
    }

    [KernelFact]
    public void Refusals_SayTheCallAndTheSubject()
    {
        Says(() => Files.Open(Fd.CurrentDirectory, "/no/such/file\0"u8, OpenFlags.O_RDONLY), "openat /no/such/file: ENOENT (no such file or directory)");
        Says(() => Files.Resolve(Fd.CurrentDirectory, "/proc/self/exe\0"u8, OpenFlags.O_RDONLY, ResolveFlags.RESOLVE_NO_MAGICLINKS),
            "openat2 /proc/self/exe: ELOOP (too many levels of symbolic links)");
        Says(() => Files.Read(new Fd(987654), new byte[1]), "read 987654: EBADF (bad file descriptor)");
        Says(() => Files.Write(new Fd(987654), "x"u8), "write 987654: EBADF (bad file descriptor)");
        Says(() => Files.Status(Fd.CurrentDirectory, "/no/such/file\0"u8), "statx /no/such/file: ENOENT (no such file or directory)");
        Says(() => Files.Rewind(new Fd(987654)), "lseek 987654: EBADF (bad file descriptor)");
        Says(() => Files.DuplicateInheritable(new Fd(987654), new Fd(987655)), "dup3 987654: EBADF (bad file descriptor)");
        Says(() => Files.SetNonBlocking(new Fd(987654)), "fcntl F_SETFL 987654: EBADF (bad file descriptor)");
        Says(() => Files.FileSystemType(new Fd(987654)), "fstatfs 987654: EBADF (bad file descriptor)");
        Says(() => Files.CloseRange(2_000_000_000, uint.MaxValue - 1), null);
        Says(() => Files.MakeMemoryFile(KernelString.Of(new string('x', 300)).Span), $"memfd_create {new string('x', 300)}: EINVAL (invalid argument)");
        Files.TryLock(new Fd(987654), 2).Should().Be(Errno.EBADF);
        Action unterminated = () => Files.Open(Fd.CurrentDirectory, "/tmp"u8, OpenFlags.O_RDONLY);
        unterminated.Should().Throw<ArgumentException>();
        new LinuxException("call", Errno.EPERM, "").Message.Should().Be("call: EPERM (operation not permitted)");
        new LinuxException("call", Errno.EPERM, "it").Should().Match<LinuxException>(e => e.Message == "call it: EPERM (operation not permitted)" && e.Errno == Errno.EPERM);
    }

    [KernelFact]
    public void Locks_OfTwoDescriptors_ExcludeEachOther()
    {
        using TemporaryFolder folder = new();
        KernelString path = KernelString.Of(folder.Path);
        using OwnedFd one = Files.Open(Fd.CurrentDirectory, path.Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        using OwnedFd two = Files.Open(Fd.CurrentDirectory, path.Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        Files.TryLock(one.Borrow, 2).Should().Be((Errno)0);
        Files.TryLock(two.Borrow, 1 | 4).Should().Be(Errno.EAGAIN);
        Files.TryLock(one.Borrow, 8).Should().Be((Errno)0);
        Files.TryLock(two.Borrow, 1 | 4).Should().Be((Errno)0);
    }

    [KernelFact]
    public void Duplicates_AndRanges()
    {
        using OwnedFd file = Files.MakeMemoryFile("one\0"u8);
        Files.FileSystemType(file.Borrow).Should().Be(0x01021994 /* TMPFS_MAGIC */);
        Fd high = new(900);
        Files.DuplicateInheritable(file.Borrow, high);
        Files.IsInheritable(high).Should().BeTrue();
        Files.CloseOnExecFrom(900);
        Files.IsInheritable(high).Should().BeFalse();
        Files.CloseRange(900, 900);
        Files.TryRead(high, new byte[1], out _).Should().Be(Errno.EBADF);
        Files.CloseRange(901, 900);
    }

    [KernelFact]
    public void NonBlocking_EmptyPipe_SaysSo()
    {
        using OwnedFd master = Files.Open(Fd.CurrentDirectory, "/dev/ptmx\0"u8, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY);
        Terminals.Unlock(master.Borrow);
        using OwnedFd peer = Terminals.OpenPeer(master.Borrow);
        Files.SetNonBlocking(peer.Borrow);
        Files.TryRead(peer.Borrow, new byte[1], out int count).Should().Be(Errno.EAGAIN);
        count.Should().Be(0);
        Files.TryWrite(new Fd(987654), "x"u8, out _).Should().Be(Errno.EBADF);
    }

    [KernelFact]
    public void OwnedFd_ClosesOnce_AndNotWhatItReleased()
    {
        OwnedFd file = Files.MakeMemoryFile("one\0"u8);
        int number = file.Release();
        file.Dispose();
        using (OwnedFd again = new(number))
        {
            Files.Status(again.Borrow).Size.Should().Be(0);
        }

        Action borrow = () => _ = file.Borrow;
        borrow.Should().Throw<ObjectDisposedException>();

        // The number itself may be somebody else's by now.
        new FileInfo($"/proc/self/fd/{number}").LinkTarget.Should().NotBe("/memfd:one (deleted)");
    }

    private static void Says(Action action, string? message)
    {
        if (message is null)
        {
            action.Should().NotThrow();
        }
        else
        {
            action.Should().Throw<LinuxException>().WithMessage(message);
        }
    }
}
