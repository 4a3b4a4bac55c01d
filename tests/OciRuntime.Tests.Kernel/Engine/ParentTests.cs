// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using FluentAssertions;
using OciRuntime.Engine;
using OciRuntime.Engine.Parent;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Engine;

/// <summary>PidFile, UndoStack.</summary>
public sealed class ParentTests : KernelTest
{
    [KernelFact]
    public void PidFile_IsDigitsAndNothingElse()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["pid"], "of a container before, longer");
        File.WriteAllText(folder[".pid"], "of a runtime that was killed");
        PidFile.Write(folder["pid"], 4711);
        File.ReadAllText(folder["pid"]).Should().Be("4711");
        File.GetUnixFileMode(folder["pid"]).Should().HaveFlag(UnixFileMode.UserRead).And.HaveFlag(UnixFileMode.UserWrite);
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(folder["pid"]);
    }

    // Somebody who may write the folder must not make root write elsewhere.
    [KernelFact]
    public void PidFile_Links_AreReplacedNotFollowed()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["victim"], "precious");
        File.CreateSymbolicLink(folder["pid"], folder["victim"]);
        File.CreateSymbolicLink(folder[".pid"], folder["victim"]);
        PidFile.Write(folder["pid"], 4711);
        File.ReadAllText(folder["victim"]).Should().Be("precious");
        new FileInfo(folder["pid"]).LinkTarget.Should().BeNull();
    }

    [KernelFact]
    public void PidFile_WithoutFolder_SaysWhichFlag()
    {
        Action write = () => PidFile.Write("/no/such/folder/pid", 1);
        write.Should().Throw<ContainerException>().WithMessage(
            "writing the pid file /no/such/folder/pid (--pid-file): openat /no/such/folder/: ENOENT (no such file or directory)");
    }

    [Xunit.Fact]
    public void UndoStack_LastFirst_WhateverFails()
    {
        List<int> undone = [];
        UndoStack stack = new();
        stack.Push(() => undone.Add(1));
        stack.Push(() => throw new LinuxException("rmdir", Errno.EBUSY, "/it"));
        stack.Push(() => throw new ContainerException("that too"));
        stack.Push(() => undone.Add(2));
        stack.Unwind().Should().Be(" (and then, cleaning up: that too) (and then, cleaning up: rmdir /it: EBUSY (device or resource busy))");
        undone.Should().Equal(2, 1);
        stack.Unwind().Should().BeEmpty();
    }
}
