// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using FluentAssertions;
using OciRuntime.Engine;
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using Xunit;

namespace OciRuntime.Tests.Kernel.Engine;

/// <summary>StateStore, ContainerFolder and the record in it.</summary>
public sealed class StateTests : KernelTest
{
    private readonly TemporaryFolder _temporary = new();
    private readonly StateStore _store;

    public StateTests() => _store = new StateStore(_temporary["a/state/root"]);

    protected override void Dispose(bool disposing)
    {
        _temporary.Dispose();
        base.Dispose(disposing);
    }

    [KernelTheory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("/x")]
    [InlineData("x/")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("ä")]
    [InlineData("a*")]
    [InlineData("a:b")]
    public void Id_ThatIsNoPlainName_IsRefusedEverywhere(string id)
    {
        foreach (Action use in new Action[] { () => _store.Create(id), () => _store.Open(id), () => _store.TryOpen(id) })
        {
            use.Should().Throw<ContainerException>().WithMessage($"\"{id}\": invalid container ID format*");
        }

        Directory.GetFileSystemEntries(_temporary.Path).Should().BeEmpty();
    }

    [KernelTheory]
    [InlineData("a")]
    [InlineData("...")]
    [InlineData(".hidden")]
    [InlineData("A-z_0+9.x")]
    public void Id_OfPlainCharacters_IsAFolder(string id)
    {
        _store.Ids().Should().BeEmpty();
        using (ContainerFolder folder = _store.Create(id))
        {
            _store.Ids().Should().Equal(id);
            File.GetUnixFileMode(_temporary[$"a/state/root/{id}"]).Should().Be((UnixFileMode)0x1C9, "0711");
            Action again = () => _store.Create(id);
            again.Should().Throw<ContainerException>().WithMessage($"{id}: container with given ID already exists");
            folder.Remove();
        }

        _store.TryOpen(id).Should().BeNull();
        Action open = () => _store.Open(id);
        open.Should().Throw<ContainerException>().WithMessage($"{id}: container does not exist");
    }

    [KernelFact]
    public void Id_ThatIsALinkOrAFile_IsNoContainer()
    {
        Directory.CreateDirectory(_temporary["a/state/root"]);
        Directory.CreateDirectory(_temporary["elsewhere"]);
        File.CreateSymbolicLink(_temporary["a/state/root/link"], _temporary["elsewhere"]);
        File.WriteAllText(_temporary["a/state/root/file"], "");
        _store.TryOpen("file").Should().BeNull();
        _store.TryOpen("link").Should().BeNull();
        Action create = () => _store.Create("link");
        create.Should().Throw<ContainerException>().WithMessage("link: container with given ID already exists");
    }

    [KernelFact]
    public void Lock_OfAnotherOpening_IsBusyUntilUnlocked()
    {
        using ContainerFolder one = _store.Create("id");
        using ContainerFolder two = _store.Open("id");
        two.IsBusy().Should().BeTrue();
        one.Unlock();
        two.IsBusy().Should().BeFalse();
        two.Lock().Should().BeTrue();
        one.IsBusy().Should().BeTrue();
        two.Remove();
        two.Unlock();
        one.Lock().Should().BeFalse("the container was removed meanwhile");
    }

    [KernelFact]
    public void Lock_EndsWithTheProcessThatHasIt()
    {
        using ContainerFolder folder = _store.Create("id");
        folder.Unlock();
        Command.Run("flock", "--nonblock", _temporary["a/state/root/id"], "true").Status.Should().Be(0);
        folder.IsBusy().Should().BeFalse();
        folder.Lock().Should().BeTrue();
        Command.Run("flock", "--nonblock", _temporary["a/state/root/id"], "true").Status.Should().Be(1);
    }

    [KernelFact]
    public void StartSocket_TellsWhetherSomebodyListens()
    {
        using ContainerFolder folder = _store.Create("id");
        folder.IsWaitingForStart().Should().BeFalse();
        folder.TryConnect(out _).Should().Be(Errno.ENOENT);
        using (folder.ListenForStart())
        {
            (File.GetUnixFileMode(_temporary["a/state/root/id/start.sock"]) & (UnixFileMode)0x3F /* 077 */).Should().Be(UnixFileMode.None);
            for (int i = 0; i < 100; i++)
            {
                // More than its queue holds: nobody accepts.
                folder.IsWaitingForStart().Should().BeTrue();
            }
        }

        folder.IsWaitingForStart().Should().BeFalse();
        folder.TryConnect(out _).Should().Be(Errno.ECONNREFUSED);
    }

    [KernelFact]
    public void Record_OddStrings_ComesBack()
    {
        using ContainerFolder folder = _store.Create("id");
        folder.ReadRecord().Should().BeNull();
        ContainerRecord record = new()
        {
            Id = "id",
            OciVersion = "1.2.0",
            Pid = int.MaxValue,
            StartTime = ulong.MaxValue,
            IsCreated = true,
            HasProcess = true,
            Bundle = "/with \"quotes\"\\ and\nnewlines\t\u0001",
            Rootfs = "/ünï/漢字/\U0001F4E6/\u2028",
            Created = "2024-01-01T00:00:00.000000001Z",
            OwnerUid = uint.MaxValue - 1,
            Annotations = [new KeyValuePair<string, string>("", ""), new KeyValuePair<string, string>("a.b/c", "</script>&'"), new KeyValuePair<string, string>("a.b/c", "twice")],
            HasPidNamespace = false,
            CgroupFolders = ["/sys/fs/cgroup/a b", ""],
            CgroupControllers = ["name=a b", ""],
            CgroupParents = [],
        };
        folder.WriteRecord(record);
        folder.ReadRecord().Should().BeEquivalentTo(record);
        folder.WriteRecord(record with { Pid = 1 });
        folder.ReadRecord()!.Pid.Should().Be(1);
    }

    [KernelTheory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"id\":\"x\"")]
    [InlineData("{\"id\":\"x\"}{}")]
    [InlineData("{\"id\":5}")]
    [InlineData("{\"id\":null}")]
    [InlineData("{\"id\":\"x\",\"pid\":99999999999}")]
    [InlineData("{\"id\":\"x\",\"cgroupFolders\":[\"/a\"]}")]
    [InlineData("{\"id\":\"x\",\"pid\":\"1\"}")]
    [InlineData("{\"id\":\"x\",\"pid\":1.5}")]
    [InlineData("{\"id\":\"x\",\"isCreated\":1}")]
    [InlineData("{\"id\":\"x\",\"cgroupFolders\":\"/\"}")]
    [InlineData("{\"id\":\"x\",\"cgroupFolders\":{\"a\":\"b\"}}")]
    [InlineData("{\"id\":\"x\",\"cgroupFolders\":[\"a\",[\"b\"]]}")]
    [InlineData("{\"id\":\"x\",\"annotations\":[\"b\"]}")]
    [InlineData("{\"id\":\"x\",\"annotations\":{\"a\":1}}")]
    [InlineData("{\"id\":\"\\ud800\"}")]
    public void Record_Damaged_SaysSoAndHowToGoOn(string text)
    {
        using ContainerFolder folder = _store.Create("id");
        File.WriteAllText(_temporary["a/state/root/id/state.json"], text);
        Action read = () => folder.ReadRecord();
        read.Should().Throw<ContainerException>().WithMessage(
            $"reading {_temporary["a/state/root"]}/id/state.json: it is damaged (hint: `ocirun delete --force id` removes the container)");
    }

    [KernelFact]
    public void Record_OfALaterVersion_IsReadAsFarAsKnown()
    {
        using ContainerFolder folder = _store.Create("id");
        File.WriteAllText(_temporary["a/state/root/id/state.json"], "{\"new\":{\"a\":[1,{}]},\"id\":\"id\",\"pid\":7}");
        folder.ReadRecord()!.Pid.Should().Be(7);
    }

    [KernelFact]
    public void Config_IsWrittenOnce()
    {
        using ContainerFolder folder = _store.Create("id");
        folder.ReadConfig().Should().BeNull();
        folder.WriteConfig("{}"u8);
        folder.ReadConfig().Should().Equal("{}"u8.ToArray());
        Action again = () => folder.WriteConfig("{}"u8);
        again.Should().Throw<LinuxException>().WithMessage("openat config.json: EEXIST (file exists)");
    }

    [KernelFact]
    public void Remove_WithAStrangersFile_SaysSo()
    {
        using ContainerFolder folder = _store.Create("id");
        File.WriteAllText(_temporary["a/state/root/id/strange"], "");
        Action remove = folder.Remove;
        remove.Should().Throw<LinuxException>().WithMessage($"rmdir {_temporary["a/state/root"]}/id: ENOTEMPTY (directory not empty)");
    }

    [KernelFact]
    public void Identity_OfAProcess_IsItsStartTime()
    {
        ulong own = ProcessIdentity.StartTimeOf(Environment.ProcessId);
        own.Should().BePositive();
        ProcessIdentity.StartTimeOf(0).Should().Be(0);
        ProcessIdentity.StartTimeOf(int.MaxValue).Should().Be(0);
        ContainerRecord record = new() { Id = "id", OciVersion = "", Bundle = "", Rootfs = "", Created = "", Pid = Environment.ProcessId, StartTime = own };
        using (OwnedFd? pidFd = ProcessIdentity.TryOpen(record))
        {
            pidFd.Should().NotBeNull();
        }

        ProcessIdentity.TryOpen(record with { StartTime = own + 1 }).Should().BeNull("the pid is another process's now");
        ProcessIdentity.TryOpen(record with { Pid = 0 }).Should().BeNull();
    }
}
