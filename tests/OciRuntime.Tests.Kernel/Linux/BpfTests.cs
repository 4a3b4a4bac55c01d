// SPDX-License-Identifier: Apache-2.0
using System;
using FluentAssertions;
using OciRuntime.Abi;
using OciRuntime.Abi.Bpf;
using OciRuntime.Abi.Files;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Linux;

public sealed class BpfTests : KernelTest
{
    private static readonly BpfInstruction[] s_allow = [new(BpfOpcode.MoveImmediate32, 0, 0, 1), new(BpfOpcode.Exit, 0, 0, 0)];

    [UnifiedFact]
    public void DeviceProgram_IsLoadedAndAttached()
    {
        using TestCgroup cgroup = TestCgroup.MakeUnified();
        using OwnedFd program = Bpf.LoadDeviceProgram(s_allow);
        using OwnedFd folder = Files.Open(Fd.CurrentDirectory, KernelString.Of(cgroup.Path).Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        Bpf.AttachDeviceProgram(folder.Borrow, program.Borrow);
        Action elsewhere = () => Bpf.AttachDeviceProgram(program.Borrow, program.Borrow);
        elsewhere.Should().Throw<LinuxException>().WithMessage("bpf BPF_PROG_ATTACH: EBADF (bad file descriptor)");
    }

    [UnifiedFact]
    public void DeviceProgram_OfAContainerBefore_IsReplaced()
    {
        using TestCgroup cgroup = TestCgroup.MakeUnified();
        using OwnedFd folder = Files.Open(Fd.CurrentDirectory, KernelString.Of(cgroup.Path).Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        DeviceProgram.Attach(cgroup.Path, [.. s_allow], isNew: true);
        uint[] first = Ids(folder);
        first.Should().ContainSingle();
        DeviceProgram.Attach(cgroup.Path, [.. s_allow], isNew: false);
        uint[] second = Ids(folder);
        second.Should().ContainSingle().And.NotIntersectWith(first);

        // Two are not what we leave behind; both go.
        DeviceProgram.Attach(cgroup.Path, [.. s_allow], isNew: true);
        Ids(folder).Should().HaveCount(2);
        DeviceProgram.Attach(cgroup.Path, [.. s_allow], isNew: false);
        Ids(folder).Should().ContainSingle().And.NotIntersectWith(second);
        Bpf.TryOpenProgram(uint.MaxValue, out OwnedFd? none).Should().Be(Errno.ENOENT);
        none.Should().BeNull();
    }

    [KernelFact]
    public void DeviceProgram_WithoutEnd_IsRefused()
    {
        Action load = () => Bpf.LoadDeviceProgram(s_allow.AsSpan(0, 1)).Dispose();
        load.Should().Throw<LinuxException>().WithMessage("bpf BPF_PROG_LOAD: EINVAL (invalid argument)");
    }

    [UnifiedFact]
    public void Clone_IntoCgroup_IsBornThere()
    {
        using TestCgroup cgroup = TestCgroup.MakeUnified();
        ChildProgram.Run("into-cgroup", cgroup.Path)["group"].Should().Be($"0::/{cgroup.Name}");
    }

    private static uint[] Ids(OwnedFd folder)
    {
        uint[] ids = new uint[64];
        return ids[..Bpf.QueryDevicePrograms(folder.Borrow, ids)];
    }
}
