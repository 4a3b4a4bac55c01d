// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>The small tables and functions that the compilers share.</summary>
public sealed class TableTests
{
    [Theory]
    [InlineData("1.0.0", null)]
    [InlineData("1.3.0", null)]
    [InlineData("1.0.2-dev", null)]
    [InlineData("1.0.0-rc.1+build-7.x", null)]
    [InlineData("1.0.0-0", null)]
    [InlineData("0.9.0", "is not supported: the major version must be 1")]
    [InlineData("11.0.0", "is not supported: the major version must be 1")]
    [InlineData("1", "is not a version of SemVer 2.0.0")]
    [InlineData("1.0", "is not a version of SemVer 2.0.0")]
    [InlineData("1.0.0.0", "is not a version of SemVer 2.0.0")]
    [InlineData("v1.0.0", "is not a version of SemVer 2.0.0")]
    [InlineData("1.0.0-", "is not a version of SemVer 2.0.0")]
    [InlineData("1.0.0-01", "is not a version of SemVer 2.0.0")]
    [InlineData("1.0.0-a..b", "is not a version of SemVer 2.0.0")]
    [InlineData("1.0.0+", "is not a version of SemVer 2.0.0")]
    [InlineData("1.0.0+a_b", "is not a version of SemVer 2.0.0")]
    [InlineData(" 1.0.0", "is not a version of SemVer 2.0.0")]
    public void OciVersion_Judged_FollowsSemVer(string version, string? rule) => Assert.Equal(rule, OciVersion.RuleAgainst(version));

    [Theory]
    [InlineData("/", "/")]
    [InlineData("a", "/a")]
    [InlineData("/a/b", "/a/b")]
    [InlineData("//a///b//", "/a/b")]
    [InlineData("/./a/./b/.", "/a/b")]
    [InlineData("/a/../b", "/b")]
    [InlineData("../../a", "/a")]
    [InlineData("/a/b/../..", "/")]
    [InlineData("/...", "/...")]
    [InlineData("", "/")]
    public void PathInContainer_Cleaned_StaysBelowRoot(string path, string clean) => Assert.Equal(clean, PathText.InContainer(path));

    [Theory]
    [InlineData("/a/../b", "/a/../b")]
    [InlineData("a/./b//c/", "/bundle/a/b/c")]
    [InlineData("../x", "/bundle/../x")]
    [InlineData("/", "/")]
    public void PathOnHost_Cleaned_LeavesParentsToTheKernel(string path, string clean) => Assert.Equal(clean, PathText.OnHost(path, "/bundle"));

    [Theory]
    [InlineData("/a\\..b", false)]
    [InlineData("..", true)]
    [InlineData("a/..", true)]
    [InlineData("/../a", true)]
    [InlineData("/a/..b/c..", false)]
    public void HasParentPart_Asked_LooksAtWholeParts(string path, bool has) => Assert.Equal(has, PathText.HasParentPart(path));

    [Theory]
    [InlineData("0", true)]
    [InlineData("0-3,7", true)]
    [InlineData("0, 2-3\n", true)]
    [InlineData("0-31:2/8", true)]
    [InlineData("5-5", true)]
    [InlineData("0-31:9/8", false)]
    [InlineData("0-31:2/0", false)]
    [InlineData("3:1/2", false)]
    [InlineData("3-1", false)]
    [InlineData("0,,1", true)]
    [InlineData("0,", true)]
    [InlineData(" ", false)]
    [InlineData(",", false)]
    [InlineData("-1", false)]
    [InlineData("a", false)]
    [InlineData("0-", false)]
    [InlineData("1\u00002", false)]
    public void CpuList_Judged_FollowsListFormat(string list, bool valid) => Assert.Equal(valid, CpuList.IsValid(list));

    [Theory]
    [InlineData("0", new ulong[] { 1 })]
    [InlineData("63", new ulong[] { 1UL << 63 })]
    [InlineData("64", new ulong[] { 0, 1 })]
    [InlineData("0-3,7", new ulong[] { 0x8F })]
    [InlineData(" 5 ,, 1-2,", new ulong[] { 0x26 })]
    [InlineData("0-15:2/4", new ulong[] { 0x3333 })]
    [InlineData("62-65", new ulong[] { 3UL << 62, 3 })]
    public void CpuList_Read_IsAMask(string list, ulong[] mask)
    {
        Assert.Null(CpuList.TryRead(list, out ImmutableArray<ulong> read));
        Assert.Equal(mask, read);
    }

    [Fact]
    public void CpuList_Read_EndsAtAHighestNumber()
    {
        Assert.Null(CpuList.TryRead("0-65535", out ImmutableArray<ulong> mask));
        Assert.Equal(65536, CpuList.Count(mask));
        Assert.Equal("has a number above 65535", CpuList.TryRead("65536", out mask));
        Assert.Empty(mask);
        Assert.Equal("has no number", CpuList.TryRead("4-5:0/1", out mask));
        Assert.Empty(mask);
        Assert.Equal("is not a list such as 0-3,7", CpuList.TryRead("3-1", out _));
    }

    // The values of runc and crun.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(512, 59)]
    [InlineData(1024, 100)]
    [InlineData(2048, 174)]
    [InlineData(262143, 10000)]
    [InlineData(262144, 10000)]
    [InlineData(1000000, 10000)]
    public void Shares_AsWeight_FitMinimumDefaultAndMaximum(ulong shares, ulong weight) => Assert.Equal(weight, CpuCompiler.WeightOf(shares));

    [Fact]
    public void Shares_AsWeight_NeverFall()
    {
        ulong last = 0;
        for (ulong shares = 0; shares <= 262_144; shares += 7)
        {
            ulong weight = CpuCompiler.WeightOf(shares);
            Assert.InRange(weight, last, 10_000UL);
            last = weight;
        }
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a=b", "a=b")]
    [InlineData("a=b=c", "a=b=c")]
    [InlineData("a,b=1,,c", "a;b=1;c")]
    [InlineData("lowerdir=/a\\,b:/c,x", "lowerdir=/a\\,b:/c;x")]
    [InlineData("context=\"a,b\",x", "context=a,b;x")]
    [InlineData("other=\"a,b\"", "other=\"a,b\"")]
    [InlineData("a\\", "a\\")]
    public void MountData_Split_KeepsCommasOfValues(string text, string parts)
    {
        List<FsParameter> parameters = [];
        Assert.Null(MountData.Split(text, parameters));
        Assert.Equal(parts, string.Join(';', parameters.ConvertAll(static p => p.Value is { } value ? $"{p.Key}={value}" : p.Key.ToString())));
    }

    // config.md, "Linux mount options": the tables of options that a runtime MUST and SHOULD support, and two that it may.
    [Theory]
    [InlineData(
        "async atime bind defaults dev diratime dirsync exec iversion lazytime loud noatime nodev nodiratime noexec noiversion nolazytime " +
        "norelatime nostrictatime nosuid private rbind relatime remount ro rprivate rshared rslave runbindable rw shared silent slave " +
        "strictatime suid sync unbindable")]
    [InlineData(
        "nosymfollow symfollow rro rrw rsuid rnosuid rdev rnodev rexec rnoexec ratime rnoatime rdiratime rnodiratime rrelatime " +
        "rnorelatime rstrictatime rnostrictatime rsymfollow rnosymfollow idmap ridmap")]
    [InlineData("mand nomand tmpcopyup")]
    public void MountOption_OfTheSpec_IsKnown(string options)
    {
        foreach (string option in options.Split(' '))
        {
            Assert.NotEqual(MountOptionKind.Data, MountOptionTable.Find(option).Kind);
        }
    }

    [Theory]
    [InlineData("RO")]
    [InlineData("size=1")]
    [InlineData("")]
    public void MountOption_Other_IsData(string option) => Assert.Equal(MountOptionKind.Data, MountOptionTable.Find(option).Kind);

    [Fact]
    public void Value_Quoted_CantForgeALine() => Assert.Equal("\"a\\\"\\\\\\u000a\\u0000é\"", Refuse.Quote("a\"\\\n\0é"));

    [Fact]
    public void Namespaces_OwnOnlyWhatIsNewOrJoined()
    {
        NamespacePlan plan = new()
        {
            New = CloneFlags.CLONE_NEWNS | CloneFlags.CLONE_NEWPID,
            Joined = [new NamespaceJoin(CloneFlags.CLONE_NEWNET, KernelString.Of("/n"), "/linux/namespaces/0")],
        };
        Assert.True(plan.IsOwn(CloneFlags.CLONE_NEWPID));
        Assert.True(plan.IsOwn(CloneFlags.CLONE_NEWNET));
        Assert.False(plan.IsOwn(CloneFlags.CLONE_NEWIPC));
    }
}
