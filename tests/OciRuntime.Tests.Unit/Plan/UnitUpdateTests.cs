// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using System.Linq;
using OciRuntime.Abi;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>What an update says to systemd, of what it writes.</summary>
public sealed class UnitUpdateTests
{
    [Theory]
    [InlineData("memory.max 1073741824", "MemoryMax @t 1073741824", null)]
    [InlineData("memory.max 1G", "MemoryMax @t 1073741824", null)]
    [InlineData("memory.max max", "MemoryMax @t 18446744073709551615", null)]
    [InlineData("memory.max 99999999999999999999", "", null)]
    [InlineData("memory.max", "", null)]
    [InlineData("memory.high 5", "MemoryHigh @t 5", null)]
    [InlineData("memory.min 0", "MemoryMin @t 0", null)]
    [InlineData("memory.zswap.max 5", "MemoryZSwapMax @t 5", null)]
    [InlineData("memory.oom.group 1", "OOMPolicy \"kill\"", null)]
    [InlineData("memory.oom.group 0", "OOMPolicy \"continue\"", null)]
    [InlineData("pids.max 0", "TasksMax @t 1", null)]
    [InlineData("cpu.max 20000", "CPUQuotaPeriodUSec @t 100000; CPUQuotaPerSecUSec @t 200000", null)]
    [InlineData("cpu.max max 50000", "CPUQuotaPeriodUSec @t 50000; CPUQuotaPerSecUSec @t 18446744073709551615", null)]
    [InlineData("cpu.max 20001 100000", "CPUQuotaPeriodUSec @t 100000; CPUQuotaPerSecUSec @t 210000", "21000 100000")]
    [InlineData("cpu.max 1 2 3", "", null)]
    [InlineData("cpu.max max 0", "", null)]
    [InlineData("cpu.cfs_quota_us 20001", "CPUQuotaPeriodUSec @t 40000; CPUQuotaPerSecUSec @t 510000", "20400")]
    [InlineData("cpu.cfs_period_us 80000", "CPUQuotaPeriodUSec @t 80000; CPUQuotaPerSecUSec @t 380000", null)]
    [InlineData("cpu.weight 5", "CPUWeight @t 5", null)]
    [InlineData("cpu.idle 1", "CPUWeight @t 0", null)]
    [InlineData("cpu.idle 0", "", null)]
    [InlineData("cpuset.cpus 1,3", "AllowedCPUs @ay [10]", null)]
    [InlineData("cpuset.mems 0", "AllowedMemoryNodes @ay [1]", null)]
    [InlineData("io.weight default 200", "IOWeight @t 200", null)]
    [InlineData("io.weight 200", "IOWeight @t 200", null)]
    [InlineData("io.weight 8:0 200", "", null)]
    [InlineData("io.bfq.weight 1000", "IOWeight @t 10000", null)]
    [InlineData("io.bfq.weight 100", "IOWeight @t 100", null)]
    [InlineData("io.bfq.weight 10", "IOWeight @t 10", null)]
    [InlineData("blkio.weight 500", "BlockIOWeight @t 500", null)]
    [InlineData("memory.limit_in_bytes -1", "MemoryLimit @t 18446744073709551615", null)]
    [InlineData("io.max 8:0 rbps=5", "", null)]
    [InlineData("hugetlb.2MB.max 5", "", null)]
    public void Write_ForAUnit_IsAPropertyIfSystemdHasOne(string write, string properties, string? changed)
    {
        int space = write.IndexOf(' ', System.StringComparison.Ordinal);
        string value = space < 0 ? "" : write[(space + 1)..];

        UnitUpdate update = UnitResources.CompileUpdate(
            [new CgroupWrite("x", KernelString.Of(space < 0 ? write : write[..space]), KernelString.Of(value), "/o")],
            new CgroupFacts { CpuQuota = "30000", CpuPeriod = "40000" });

        Assert.Equal(properties, string.Join("; ", update.Properties.Select(p => $"{p.Name} {PlanText.BusText(p.Value)}")));
        Assert.All(update.Properties, p => Assert.True(p.IsOptional && p.Origin == "/o"));
        Assert.Equal(changed ?? value, Assert.Single(update.Writes).Value.ToString());
    }

    [Fact]
    public void Writes_OfTheSameLimit_AreOneProperty()
    {
        ImmutableArray<CgroupWrite> writes =
        [
            new("memory", KernelString.Of("memory.max"), KernelString.Of("1"), "/a"),
            new("memory", KernelString.Of("memory.max"), KernelString.Of("2"), "/b"),
        ];

        Assert.Equal("/b", Assert.Single(UnitResources.CompileUpdate(writes, CgroupFacts.New).Properties).Origin);
    }
}
