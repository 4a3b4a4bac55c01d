// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Abi;
using OciRuntime.Engine;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Tests.Kernel.Engine;

/// <summary>CgroupPlacement, CgroupFs, CgroupProcesses and CgroupRemoval on groups that the test makes.</summary>
public sealed class CgroupTests : KernelTest
{
    private readonly string _name = $"ocirun-kernel-{Guid.NewGuid():N}";
    private readonly List<Process> _members = [];

    protected override void Dispose(bool disposing)
    {
        foreach (Process member in _members)
        {
            member.Kill();
            member.WaitForExit();
            member.StandardInput.Dispose();
            member.Dispose();
        }

        base.Dispose(disposing);
    }

    [KernelFact]
    public void Placement_OfAnAbsolutePath_IsItInEveryHierarchy()
    {
        CgroupPlacement placement = CgroupPlacement.Choose(CgroupLayout.V1, $"/{_name}/inner", "id");
        placement.Folders.Should().Equal(placement.Hierarchies.Select(hierarchy => $"{hierarchy.MountPoint}/{_name}/inner"));
        placement.Cgroup.FolderOf("no-such-controller").Should().BeNull();
    }

    [FreezerFact]
    public void Folders_MadeJoinedLimitedRemoved()
    {
        CgroupPlacement placement = CgroupPlacement.Choose(CgroupHierarchy.DetectLayout(), $"/{_name}/inner", "id");
        ImmutableArray<string> parents = CgroupFs.MissingParents(placement);
        parents.Should().Equal(placement.Hierarchies.Select(hierarchy => $"{hierarchy.MountPoint}/{_name}"));
        try
        {
            CgroupFs.MakeFolders(placement);
            CgroupFs.MakeFolders(placement);
            placement.Folders.Should().OnlyContain(folder => Directory.Exists(folder));
            CgroupFs.RefuseOccupied(placement.Cgroup).Should().BeTrue();
            CgroupFs.ApplyLimits(placement.Cgroup, new CgroupPlan { Writes = [Write("pids", "pids.max", "100"), Write("pids", "pids.nothing", "1", isOptional: true)] }, [], isNew: true);
            File.ReadAllText($"{placement.Cgroup.FolderOf("pids")}/pids.max").Should().Be("100\n");
            Process member = Start();
            CgroupFs.Join(placement, member.Id);
            foreach (string folder in placement.Folders)
            {
                CgroupProcesses.In(KernelString.Of(folder)).Should().Equal(member.Id);
            }

            Action refuse = () => CgroupFs.RefuseOccupied(placement.Cgroup);
            refuse.Should().Throw<ContainerException>().WithMessage(
                $"the container's cgroup is not empty: {placement.Folders[0]} has processes (/linux/cgroupsPath)");
        }
        finally
        {
            CgroupRemoval.Remove(placement.Cgroup, parents);
        }

        _members[0].WaitForExit();
        _members[0].ExitCode.Should().Be(128 + 9);
        placement.Folders.Concat(parents).Should().OnlyContain(folder => !Directory.Exists(folder));
        CgroupRemoval.Remove(placement.Cgroup, parents);
    }

    [FreezerFact]
    public void Limits_ThatCannotBe_SayWhereTheyCameFrom()
    {
        CgroupPlacement placement = CgroupPlacement.Choose(CgroupLayout.V1, $"/{_name}", "id");
        try
        {
            CgroupFs.MakeFolders(placement);
            Says(placement, Write("pids", "pids.max", "many"), $"/linux/resources/x: writing \"many\": write {placement.Cgroup.FolderOf("pids")}/pids.max: EINVAL (invalid argument)");
            Says(placement, Write("pids", "pids.nothing", "1"),
                $"/linux/resources/x: writing \"1\" (hint: this kernel has no such file): write {placement.Cgroup.FolderOf("pids")}/pids.nothing: ENOENT (no such file or directory)");
            Says(placement, Write("nothing", "x", "1"), "/linux/resources/x: this host has no cgroup controller \"nothing\" for x");
            Action join = () => CgroupFs.Join(placement, 0x3FFFFFFF);
            join.Should().Throw<LinuxException>().WithMessage($"putting the container's process into its cgroup: write {placement.Folders[0]}/cgroup.procs: ESRCH (no such process)");
        }
        finally
        {
            CgroupRemoval.Remove(placement.Cgroup, []);
        }
    }

    [UnifiedFact]
    public void RemoveVersion2_TreeWithProcesses_KillsAndRemovesAll()
    {
        using TestCgroup cgroup = TestCgroup.MakeUnified();
        Directory.CreateDirectory(cgroup.Path + "/a/b");
        Directory.CreateDirectory(cgroup.Path + "/c");
        Join(cgroup.Path + "/a/b");
        Join(cgroup.Path + "/c");
        CgroupRemoval.Remove(Unified(cgroup.Path), []);
        Directory.Exists(cgroup.Path).Should().BeFalse();
        _members.ForEach(member => member.WaitForExit());
        _members.Should().OnlyContain(member => member.ExitCode == 128 + 9);
    }

    [FreezerFact]
    public void RemoveVersion1_FrozenTree_ThawsKillsAndRemovesAll()
    {
        using TestCgroup cgroup = TestCgroup.MakeFreezer();
        Directory.CreateDirectory(cgroup.Path + "/inner");
        Join(cgroup.Path);
        Join(cgroup.Path + "/inner");
        File.WriteAllText(cgroup.Path + "/inner/freezer.state", "FROZEN");
        File.WriteAllText(cgroup.Path + "/freezer.state", "FROZEN");
        CgroupRemoval.Remove(new ContainerCgroup([cgroup.Path], ["freezer"]), []);
        Directory.Exists(cgroup.Path).Should().BeFalse();
    }

    [UnifiedFact]
    public void RemoveParents_OnlyWhereNobodyElseIs()
    {
        using TestCgroup cgroup = TestCgroup.MakeUnified();
        Directory.CreateDirectory(cgroup.Path + "/mine");
        Directory.CreateDirectory(cgroup.Path + "/others");
        CgroupRemoval.Remove(Unified(cgroup.Path + "/mine"), [cgroup.Path]);
        Directory.Exists(cgroup.Path + "/others").Should().BeTrue();
        Directory.Exists(cgroup.Path + "/mine").Should().BeFalse();
    }

    [UnifiedFact]
    public void Signal_ReachesTheWholeTreeOnce()
    {
        using TestCgroup cgroup = TestCgroup.MakeUnified();
        Directory.CreateDirectory(cgroup.Path + "/inner");
        Join(cgroup.Path);
        Join(cgroup.Path + "/inner");
        ContainerCgroup container = new(["/sys/fs/cgroup/no/such", cgroup.Path, cgroup.Path], ["a", "", "b"]);
        CgroupProcesses.All(container).Should().BeEquivalentTo(_members.Select(member => member.Id));
        CgroupKill.Signal(container, 15);
        _members.ForEach(member => member.WaitForExit());
        _members.Should().OnlyContain(member => member.ExitCode == 128 + 15);
        CgroupProcesses.In(KernelString.Of("/sys/fs/cgroup/no/such")).Should().BeEmpty();
    }

    [FreezerFact]
    public void Signal_FrozenVersion1_StaysFrozenButForKill()
    {
        using TestCgroup cgroup = TestCgroup.MakeFreezer();
        ContainerCgroup container = new([cgroup.Path], ["freezer"]);
        Join(cgroup.Path);
        Freezer.TryFreeze(container).Should().Be(0);
        CgroupKill.Signal(container, 15);
        Freezer.IsFrozen(container).Should().BeTrue();
        CgroupKill.Signal(container, 9);
        _members[0].WaitForExit();
        _members[0].ExitCode.Should().Be(128 + 9);
    }

    [UnifiedFact]
    public void Occupied_ProcessBelow_IsSaid()
    {
        using TestCgroup cgroup = TestCgroup.MakeUnified();
        Directory.CreateDirectory(cgroup.Path + "/inner");
        CgroupFs.RefuseOccupied(Unified(cgroup.Path + "/none")).Should().BeFalse();
        CgroupFs.RefuseOccupied(Unified(cgroup.Path)).Should().BeTrue();
        File.WriteAllText(cgroup.Path + "/cgroup.freeze", "1");
        Action frozen = () => CgroupFs.RefuseOccupied(Unified(cgroup.Path));
        frozen.Should().Throw<ContainerException>().WithMessage($"the container's cgroup unexpectedly frozen: {cgroup.Path} (/linux/cgroupsPath)");
        File.WriteAllText(cgroup.Path + "/cgroup.freeze", "0");
        Join(cgroup.Path + "/inner");
        frozen.Should().Throw<ContainerException>().WithMessage($"the container's cgroup is not empty: {cgroup.Path} has processes (/linux/cgroupsPath)");
        CgroupRemoval.Remove(Unified(cgroup.Path), []);
    }

    [FreezerFact]
    public void Folders_CpusetParentsOfOthers_AreFilled()
    {
        string parent = $"/sys/fs/cgroup/cpuset/{_name}";
        Directory.CreateDirectory(parent);
        CgroupPlacement placement = CgroupPlacement.Choose(CgroupLayout.V1, $"/{_name}/inner", "id");
        ImmutableArray<string> parents = CgroupFs.MissingParents(placement);
        try
        {
            CgroupFs.MakeFolders(placement);
            File.ReadAllText($"{parent}/inner/cpuset.cpus").Should().Be(File.ReadAllText("/sys/fs/cgroup/cpuset/cpuset.cpus"));
            File.ReadAllText($"{parent}/cpuset.mems").Should().Be(File.ReadAllText("/sys/fs/cgroup/cpuset/cpuset.mems"));
        }
        finally
        {
            CgroupRemoval.Remove(placement.Cgroup, parents.Add(parent));
        }
    }

    private static ContainerCgroup Unified(string folder) => new([folder], [""]);

    private static void Says(CgroupPlacement placement, CgroupWrite write, string message)
    {
        Action apply = () => CgroupFs.ApplyLimits(placement.Cgroup, new CgroupPlan { Writes = [write] }, [], isNew: true);
        apply.Should().Throw<Exception>().WithMessage(message);
    }

    private static CgroupWrite Write(string controller, string file, string value, bool isOptional = false) =>
        new(controller, KernelString.Of(file), KernelString.Of(value), "/linux/resources/x") { IsOptional = isOptional };

    // A process that waits for its input, which never comes.
    private Process Start()
    {
        Process member = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        _members.Add(member);
        return member;
    }

    private void Join(string folder) => File.WriteAllText(folder + "/cgroup.procs", Start().Id.ToString(CultureInfo.InvariantCulture));
}
