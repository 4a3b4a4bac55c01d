// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using FluentAssertions;
using OciRuntime.Engine;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.Parent;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Engine;

/// <summary>Freezer on groups that the test makes: version 1's controller, and version 2's file beside it.</summary>
public sealed class FreezerTests : KernelTest
{
    private readonly List<Process> _members = [];

    protected override void Dispose(bool disposing)
    {
        foreach (Process member in _members)
        {
            member.Kill();
            member.WaitForExit();
            member.Dispose();
        }

        base.Dispose(disposing);
    }

    [FreezerFact]
    public void Freeze_Version1_StopsAllAndThawContinues()
    {
        using TestCgroup cgroup = TestCgroup.MakeFreezer();
        ContainerCgroup container = new([cgroup.Path], ["freezer"]);
        FreezeAndThaw(cgroup, container, "freezer.state", "FROZEN\n", "THAWED\n");
    }

    [UnifiedFact]
    public void Freeze_Version2_StopsAllAndThawContinues()
    {
        using TestCgroup cgroup = TestCgroup.MakeUnified();
        ContainerCgroup container = new([cgroup.Path], [""]);
        FreezeAndThaw(cgroup, container, "cgroup.freeze", "1\n", "0\n");
    }

    [UnifiedFact]
    public void Freeze_HybridWithoutVersion1Freezer_UsesVersion2()
    {
        using TestCgroup cgroup = TestCgroup.MakeUnified();
        ContainerCgroup container = new(["/sys/fs/cgroup/no/such", cgroup.Path], ["pids", ""]);
        FreezeAndThaw(cgroup, container, "cgroup.freeze", "1\n", "0\n");
    }

    [FreezerFact]
    public void IsFrozen_ByAFolderAbove_IsFalse()
    {
        using TestCgroup cgroup = TestCgroup.MakeFreezer();
        Directory.CreateDirectory(cgroup.Path + "/inner");
        File.WriteAllText(cgroup.Path + "/freezer.state", "FROZEN");
        File.ReadAllText(cgroup.Path + "/inner/freezer.state").Should().Be("FROZEN\n");
        Freezer.IsFrozen(new ContainerCgroup([cgroup.Path + "/inner"], ["freezer"])).Should().BeFalse();
        Freezer.IsFrozen(new ContainerCgroup([cgroup.Path], ["freezer"])).Should().BeTrue();
    }

    [KernelFact]
    public void Freeze_WithoutAGroup_SaysSo()
    {
        Freezer.IsFrozen(new ContainerCgroup([], [])).Should().BeFalse();
        Action freeze = () => Freezer.Freeze(new ContainerCgroup(["/sys/fs/cgroup/no/such"], ["pids"]), new Fd(0));
        freeze.Should().Throw<ContainerException>().WithMessage("pausing the container: there is no freezer: *");
    }

    [FreezerFact]
    public void Freeze_GroupGone_SaysWhere()
    {
        Action freeze = () => Freezer.Freeze(new ContainerCgroup(["/sys/fs/cgroup/freezer/no/such"], ["freezer"]), new Fd(0));
        freeze.Should().Throw<LinuxException>().WithMessage("pausing the container: write /sys/fs/cgroup/freezer/no/such/freezer.state: ENOENT (no such file or directory)");
    }

    [KernelTheory]
    [Xunit.InlineData("  PID TTY\n    1 a\n   12 b\n", "  PID TTY\n   12 b\n")]
    [Xunit.InlineData("USER\tPID CMD\nroot\t12 x 1\nroot\t1 x 12\n\n", "USER\tPID CMD\nroot\t12 x 1\n")]
    [Xunit.InlineData("PID\n12", "PID\n12\n")]
    public void ProcessListing_KeepsTitleAndWantedLines(string output, string kept) => ProcessListing.Filter(output, [12]).Should().Be(kept);

    [KernelTheory]
    [Xunit.InlineData("TTY CMD\n12\n", "couldn't find PID field in ps output")]
    [Xunit.InlineData("", "running ps: it wrote nothing")]
    public void ProcessListing_WithoutPids_SaysSo(string output, string message)
    {
        Action filter = () => ProcessListing.Filter(output, [12]);
        filter.Should().Throw<ContainerException>().WithMessage(message);
    }

    private void FreezeAndThaw(TestCgroup cgroup, ContainerCgroup container, string file, string frozen, string thawed)
    {
        Directory.CreateDirectory(cgroup.Path + "/inner");
        Process busy = Start(cgroup.Path, "while :; do :; done");
        _ = Start(cgroup.Path + "/inner", "while :; do (:); done");
        Processes.TryOpen(busy.Id, out OwnedFd? pidFd).Should().Be(0);
        using (pidFd)
        {
            for (int round = 0; round < 5; round++)
            {
                Freezer.IsFrozen(container).Should().BeFalse();
                Freezer.Freeze(container, pidFd!.Borrow);
                File.ReadAllText($"{cgroup.Path}/{file}").Should().Be(frozen);
                Freezer.IsFrozen(container).Should().BeTrue();
                TimeSpan used = busy.TotalProcessorTime;
                busy.Refresh();
                busy.TotalProcessorTime.Should().Be(used, "a frozen process uses no processor");
                Freezer.Thaw(container);
                File.ReadAllText($"{cgroup.Path}/{file}").Should().Be(thawed);
            }
        }

        // What a shell forked may outlive it for a moment.
        CgroupRemoval.Remove(container, []);
    }

    // In its group before it runs: what it forks is born there.
    private Process Start(string folder, string script)
    {
        Process member = Process.Start(new ProcessStartInfo("sh") { ArgumentList = { "-c", $"echo $$ > {folder}/cgroup.procs; echo; {script}" }, RedirectStandardOutput = true })!;
        _members.Add(member);
        _ = member.StandardOutput.ReadLine();
        member.StandardOutput.Dispose();
        return member;
    }
}
