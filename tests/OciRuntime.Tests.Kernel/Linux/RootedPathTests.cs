// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using FluentAssertions;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using Xunit;

namespace OciRuntime.Tests.Kernel.Linux;

/// <summary>An image with hostile links: nothing outside its root is opened or made.</summary>
public sealed partial class RootedPathTests : KernelTest
{
    private readonly TemporaryFolder _folder = new();
    private readonly OwnedFd _root;

    public RootedPathTests()
    {
        Directory.CreateDirectory(_folder["outside"]);
        File.WriteAllText(_folder["outside/secret"], "");
        Directory.CreateDirectory(_folder["root/folder/deep"]);
        File.WriteAllText(_folder["root/file"], "");
        Link("absolute", _folder["outside"]);
        Link("relative", "../outside");
        Link("far", "../../../../../../../../../.." + _folder["outside"]);
        Link("folder/middle", "../../outside");
        Link("loop", "loop2");
        Link("loop2", "loop");
        Link("dangling", "/nowhere/at/all");
        Link("top", "/");
        Link("inner", "/folder/deep");
        Link("magic", "/proc/self/root");
        _root = Files.Open(Fd.CurrentDirectory, KernelString.Of(_folder["root"]).Span, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
    }

    protected override void Dispose(bool disposing)
    {
        _root.Dispose();
        _folder.Dispose();
        base.Dispose(disposing);
    }

    [KernelTheory]
    [InlineData("folder", "folder")]
    [InlineData("/folder/deep/", "folder/deep")]
    [InlineData("/", "")]
    [InlineData("..", "")]
    [InlineData("../../..", "")]
    [InlineData("folder/../../..", "")]
    [InlineData("top", "")]
    [InlineData("top/../top/folder", "folder")]
    [InlineData("inner", "folder/deep")]
    [InlineData("inner/..", "folder")]
    [InlineData("file", "file")]
    public void Open_StaysInside(string path, string expected)
    {
        using OwnedFd opened = RootedPath.Open(_root.Borrow, KernelString.Of(path).Span, OpenFlags.O_PATH);
        Where(opened).Should().Be(_folder[expected.Length == 0 ? "root" : $"root/{expected}"]);
    }

    [KernelTheory]
    [InlineData("absolute", Errno.ENOENT)]
    [InlineData("absolute/secret", Errno.ENOENT)]
    [InlineData("relative", Errno.ENOENT)]
    [InlineData("relative/secret", Errno.ENOENT)]
    [InlineData("far/secret", Errno.ENOENT)]
    [InlineData("folder/middle/secret", Errno.ENOENT)]
    [InlineData("../outside/secret", Errno.ENOENT)]
    [InlineData("folder/../../outside/secret", Errno.ENOENT)]
    [InlineData("loop", Errno.ELOOP)]
    [InlineData("loop/x", Errno.ELOOP)]
    [InlineData("dangling", Errno.ENOENT)]
    [InlineData("magic", Errno.ENOENT)]
    [InlineData("file/x", Errno.ENOTDIR)]
    [InlineData("file/..", Errno.ENOTDIR)]
    [InlineData("file/", Errno.ENOTDIR)]
    public void TryOpen_WhatLeadsOutside_IsNotThere(string path, Errno expected)
    {
        RootedPath.TryOpen(_root.Borrow, KernelString.Of(path).Span, OpenFlags.O_PATH, out OwnedFd? opened).Should().Be(expected);
        opened.Should().BeNull();
    }

    [KernelFact]
    public void TryOpen_MagicLink_IsRefused()
    {
        using OwnedFd proc = Files.Open(Fd.CurrentDirectory, "/proc\0"u8, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        foreach (string path in new[] { "self/root", "self/cwd", "self/exe", $"self/fd/{_root.Borrow.Number}", $"self/fd/{_root.Borrow.Number}/file" })
        {
            RootedPath.TryOpen(proc.Borrow, KernelString.Of(path).Span, OpenFlags.O_PATH, out _).Should().Be(Errno.ELOOP, path);
        }
    }

    [KernelTheory]
    [InlineData("new", "new")]
    [InlineData("/new/and/deeper/", "new/and/deeper")]
    [InlineData("folder", "folder")]
    [InlineData("folder//new", "folder/new")]
    [InlineData("./new/./x", "new/x")]
    [InlineData("inner/new", "folder/deep/new")]
    [InlineData("top/top/new", "new")]
    [InlineData("../new", "new")]
    [InlineData("../../outside/new", "outside/new")]
    [InlineData("new/..", "")]
    [InlineData("new/../other", "other")]
    [InlineData("new/../../outside/x", "outside/x")]
    [InlineData("new/../../../../outside", "outside")]
    [InlineData("absolute/new", "OUTSIDE/new")]
    [InlineData("relative/new/x", "outside/new/x")]
    [InlineData("far/new", "OUTSIDE/new")]
    [InlineData("folder/middle/new", "outside/new")]
    [InlineData("dangling/new", "nowhere/at/all/new")]
    [InlineData("dangling", "nowhere/at/all")]
    [InlineData("magic/new", "proc/self/root/new")]
    [InlineData("new/../absolute/x", "OUTSIDE/x")]
    public void MakeDirectories_MakesInside(string path, string expected)
    {
        using (OwnedFd made = RootedPath.MakeDirectories(_root.Borrow, KernelString.Of(path).Span, 0x1ED))
        {
            Where(made).Should().Be(Inside(expected));
        }

        OutsideIsUntouched();
    }

    [KernelTheory]
    [InlineData("loop/new")]
    [InlineData("loop")]
    [InlineData("file/new")]
    [InlineData("file")]
    public void MakeDirectories_ThroughWhatLeadsNowhere_IsRefused(string path)
    {
        Action make = () => RootedPath.MakeDirectories(_root.Borrow, KernelString.Of(path).Span, 0x1ED).Dispose();
        make.Should().Throw<LinuxException>();
        OutsideIsUntouched();
    }

    [KernelTheory]
    [InlineData("new", "new")]
    [InlineData("/new/file", "new/file")]
    [InlineData("file", "file")]
    [InlineData("inner/new", "folder/deep/new")]
    [InlineData("../../outside/secret", "outside/secret")]
    [InlineData("new/../../outside/x", "outside/x")]
    [InlineData("absolute", "OUTSIDE")]
    [InlineData("dangling", "nowhere/at/all")]
    [InlineData("relative/new", "outside/new")]
    [InlineData("file/new", null)]
    [InlineData("loop", null)]
    [InlineData("magic/tmp/new", "proc/self/root/tmp/new")]
    [InlineData("new/..", "")]
    public void MakeFile_MakesInsideOrNothing(string path, string? expected)
    {
        Func<string> make = () =>
        {
            using OwnedFd made = RootedPath.MakeFile(_root.Borrow, KernelString.Of(path).Span);
            return Where(made);
        };
        if (expected is null)
        {
            make.Should().Throw<LinuxException>();
        }
        else if (expected.Length > 0)
        {
            make().Should().Be(Inside(expected));
        }
        else
        {
            make.Should().Throw<LinuxException>().WithMessage("*EISDIR*");
        }

        OutsideIsUntouched();
    }

    [KernelFact]
    public void MakeDirectories_AsDeepAsAPathCanBe_MakesAll()
    {
        string path = string.Concat(Enumerable.Repeat("/d", 2047));
        using OwnedFd made = RootedPath.MakeDirectories(_root.Borrow, KernelString.Of(path).Span, 0x1ED);
        Files.Status(made.Borrow).Type.Should().Be(FileType.S_IFDIR);
        Action tooLong = () => RootedPath.MakeDirectories(_root.Borrow, KernelString.Of(path + "/more").Span, 0x1ED).Dispose();
        tooLong.Should().Throw<LinuxException>().Which.Errno.Should().Be(Errno.ENAMETOOLONG);
        RemoveDeepFolders();
    }

    [KernelFact]
    public void MakeParent_GivesTheFolderAndTheLastName()
    {
        byte[] buffer = new byte[64];
        using OwnedFd parent = RootedPath.MakeParent(_root.Borrow, "/inner/some/name\0"u8, buffer, out ReadOnlySpan<byte> name);
        Where(parent).Should().Be(_folder["root/folder/deep/some"]);
        name.SequenceEqual("name\0"u8).Should().BeTrue();
    }

    // A folder that somebody exchanges with a link to the outside, all the time.
    [KernelFact]
    public void MakeDirectories_WhileAnAttackerExchanges_NeverLeaves()
    {
        const int Attempts = 2000;
        Directory.CreateDirectory(_folder["root/target"]);
        Link("swap", _folder["outside"]);
        using CancellationTokenSource over = new();
        Thread attacker = new(() =>
        {
            while (!over.IsCancellationRequested)
            {
                _ = Exchange(-100, _folder["root/target"], -100, _folder["root/swap"], 2 /* RENAME_EXCHANGE */);
            }
        });
        attacker.Start();
        int made = 0;
        for (int i = 0; i < Attempts; i++)
        {
            try
            {
                RootedPath.MakeDirectories(_root.Borrow, KernelString.Of($"target/new{i % 10}/x").Span, 0x1ED).Dispose();
                RootedPath.MakeFile(_root.Borrow, KernelString.Of($"target/file{i % 10}").Span).Dispose();
                made++;
            }
            catch (LinuxException)
            {
            }
        }

        over.Cancel();
        attacker.Join();
        made.Should().BePositive();
        OutsideIsUntouched();
    }

    // OUTSIDE: a folder's whole path, which a link has for its text, and which is then made below the root.
    private string Inside(string expected) => _folder[expected.Length == 0 ? "root" : $"root/{expected.Replace("OUTSIDE", _folder["outside"].TrimStart('/'), StringComparison.Ordinal)}"];

    private static string Where(OwnedFd file) => new FileInfo($"/proc/self/fd/{file.Borrow.Number}").LinkTarget!;

    private void Link(string name, string target) => File.CreateSymbolicLink(_folder[$"root/{name}"], target);

    private void OutsideIsUntouched()
    {
        Directory.GetFileSystemEntries(_folder["outside"]).Should().Equal(_folder["outside/secret"]);
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEquivalentTo([_folder["outside"], _folder["root"]]);
        Path.Exists("/nowhere").Should().BeFalse();
    }

    // By a path they could not be named.
    private void RemoveDeepFolders() => Command.Run("rm", "-rf", _folder["root/d"]).Status.Should().Be(0);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Exchange(int fromFolder, string from, int toFolder, string to, uint flags);
}
