// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Linux;

public sealed class FoldersTests : KernelTest
{
    [KernelFact]
    public void Names_MadeReadRenamedRemoved()
    {
        using TemporaryFolder folder = new();
        using OwnedFd top = Files.Open(Fd.CurrentDirectory, KernelString.Of(folder.Path).Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        Folders.TryMakeDirectory(top.Borrow, "sub\0"u8, 0x1C0).Should().Be((Errno)0);
        Folders.TryMakeDirectory(top.Borrow, "sub\0"u8, 0x1C0).Should().Be(Errno.EEXIST);
        Folders.TryMakeNode(top.Borrow, "node\0"u8, FileType.S_IFCHR | 0x180, 0x123, 0x45678).Should().Be((Errno)0);
        FileStatus node = Files.Status(top.Borrow, "node\0"u8);
        (node.Type, node.NodeMajor, node.NodeMinor).Should().Be((FileType.S_IFCHR, 0x123U, 0x45678U));
        Folders.TryMakeSymbolicLink("some/target\0"u8, top.Borrow, "link\0"u8).Should().Be((Errno)0);
        byte[] target = new byte[64];
        Folders.TryReadLink(top.Borrow, "link\0"u8, target, out int length).Should().Be((Errno)0);
        target.AsSpan(0, length).SequenceEqual("some/target"u8).Should().BeTrue();
        Folders.TryReadLink(top.Borrow, "sub\0"u8, target, out length).Should().Be(Errno.EINVAL);
        length.Should().Be(0);
        Folders.Rename(top.Borrow, "link\0"u8, "node\0"u8);
        Folders.TryChangeOwner(top.Borrow, "node\0"u8, 5, uint.MaxValue, AtFlags.AT_SYMLINK_NOFOLLOW).Should().Be((Errno)0);
        FileStatus owned = Files.Status(top.Borrow, "node\0"u8, AtFlags.AT_SYMLINK_NOFOLLOW);
        (owned.UserId, owned.GroupId).Should().Be((5U, 0U));
        using (OwnedFd sub = Files.Open(top.Borrow, "sub\0"u8, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY))
        {
            Folders.ChangeMode(sub.Borrow, 0xBFF /* 05777 */);
            (Files.Status(sub.Borrow).Mode & 0xFFF).Should().Be(0xBFF);
        }

        Folders.Names(top.Borrow).Select(name => name.ToString()).Should().BeEquivalentTo(["sub", "node"]);
        Folders.TryRemove(top.Borrow, "sub\0"u8).Should().Be(Errno.EISDIR);
        Folders.TryRemove(top.Borrow, "sub\0"u8, AtFlags.AT_REMOVEDIR).Should().Be((Errno)0);
        Folders.TryRemove(top.Borrow, "node\0"u8).Should().Be((Errno)0);
    }

    [KernelFact]
    public void Names_MoreThanOneBufferHolds_AreAllThere()
    {
        using TemporaryFolder folder = new();
        List<string> expected = [];
        for (int i = 0; i < 300; i++)
        {
            expected.Add(string.Create(CultureInfo.InvariantCulture, $"{i}-{new string('n', i % 240)}"));
            File.WriteAllText(folder[expected[i]], "");
        }

        using OwnedFd top = Files.Open(Fd.CurrentDirectory, KernelString.Of(folder.Path).Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        Folders.Names(top.Borrow).Select(name => name.ToString()).Should().BeEquivalentTo(expected);
    }

    [KernelFact]
    public void Refusals_SayTheCallAndTheSubject()
    {
        Action make = () => Folders.MakeDirectory(Fd.CurrentDirectory, "/no/such/folder\0"u8, 0x1C0);
        make.Should().Throw<LinuxException>().WithMessage("mkdirat /no/such/folder: ENOENT (no such file or directory)");
        Action rename = () => Folders.Rename(Fd.CurrentDirectory, "/no/such/file\0"u8, "/no/such/name\0"u8);
        rename.Should().Throw<LinuxException>().WithMessage("renameat2 /no/such/name: ENOENT (no such file or directory)");
        Action mode = () => Folders.ChangeMode(new Fd(987654), 0);
        mode.Should().Throw<LinuxException>().WithMessage("fchmod 987654: EBADF (bad file descriptor)");
        using OwnedFd file = Files.MakeMemoryFile("file\0"u8);
        Action names = () => Folders.Names(file.Borrow);
        names.Should().Throw<LinuxException>().WithMessage($"getdents64 {file.Borrow.Number}: ENOTDIR (not a directory)");
        Folders.TryMakeNode(Fd.CurrentDirectory, "/no/such/node\0"u8, FileType.S_IFREG, 0, 0).Should().Be(Errno.ENOENT);
        Folders.TryMakeSymbolicLink("x\0"u8, Fd.CurrentDirectory, "/no/such/link\0"u8).Should().Be(Errno.ENOENT);
        Folders.TryRemove(Fd.CurrentDirectory, "/no/such/file\0"u8).Should().Be(Errno.ENOENT);
        Folders.TryChangeOwner(Fd.CurrentDirectory, "/no/such/file\0"u8, 0, 0, AtFlags.None).Should().Be(Errno.ENOENT);
    }
}
