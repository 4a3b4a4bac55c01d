// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Plan.Compile;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>The names of systemd's units and their folders.</summary>
public sealed class UnitNameTests
{
    [Theory]
    [InlineData("system.slice", "/system.slice")]
    [InlineData("a-b.slice", "/a.slice/a-b.slice")]
    [InlineData("a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice")]
    [InlineData("-.slice", "")]
    [InlineData("cpu.slice", "/_cpu.slice")]
    [InlineData("cpu-a.slice", "/_cpu.slice/cpu-a.slice")]
    [InlineData(".slice", null)]
    [InlineData("slice", null)]
    [InlineData("a.service", null)]
    [InlineData("--.slice", null)]
    [InlineData("-a.slice", null)]
    [InlineData("a-.slice", null)]
    [InlineData("a--b.slice", null)]
    [InlineData("a/b.slice", null)]
    [InlineData("..slice", "/_..slice")]
    [InlineData("../x.slice", null)]
    [InlineData("", null)]
    public void Slice_Expanded_LiesInItsParents(string slice, string? path) => Assert.Equal(path, UnitName.SlicePath(slice));

    [Theory]
    [InlineData("box", "ocirun-box.scope")]
    [InlineData("a_b.c-d", "ocirun-a_b.c-d.scope")]
    [InlineData("a+b", "ocirun-a\\x2bb.scope")]
    public void Unit_OfAContainer_IsAValidName(string id, string unit)
    {
        Assert.Equal(unit, UnitName.OfContainer(id));
        Assert.True(UnitName.IsValid(unit));
    }

    [Theory]
    [InlineData("ocirun-x.scope", "ocirun-x.scope")]
    [InlineData("cpu.a-n.scope", "_cpu.a-n.scope")]
    [InlineData("cpu-n.scope", "cpu-n.scope")]
    [InlineData("memory.max-n.scope", "_memory.max-n.scope")]
    [InlineData("_a-n.scope", "__a-n.scope")]
    [InlineData(".a-n.scope", "_.a-n.scope")]
    [InlineData("cgroup.a-n.scope", "_cgroup.a-n.scope")]
    public void Folder_OfAUnit_IsNoFileOfTheKernels(string unit, string folder) => Assert.Equal(folder, UnitName.Folder(unit));

    [Theory]
    [InlineData("0", new byte[] { 1 })]
    [InlineData("0-2,9", new byte[] { 7, 2 })]
    [InlineData("8", new byte[] { 0, 1 })]
    [InlineData("0-15:2/8", new byte[] { 3, 3 })]
    [InlineData("0-31:1/4", new byte[] { 0x11, 0x11, 0x11, 0x11 })]
    [InlineData("7, 0", new byte[] { 0x81 })]
    public void CpuList_AsBits_HasTheLowestFirst(string list, byte[] bits)
    {
        Assert.Null(CpuList.TryRead(list, out ImmutableArray<ulong> mask));
        Assert.Equal(bits, CpuList.Bytes(mask));
    }
}
