// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using OciRuntime.Abi.Seccomp;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan.Seccomp;

/// <summary>The generated tables of system calls.</summary>
public sealed class SyscallTableTests
{
    [Fact]
    public void EveryName_LookedUp_IsFoundAtItsIndex()
    {
        for (int i = 0; i < SyscallNames.Count; i++)
        {
            Assert.Equal(i, SyscallNames.IndexOf(SyscallNames.NameOf(i)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Read")]
    [InlineData("read\0")]
    [InlineData("reäd")]
    [InlineData("no_such_call")]
    public void UnknownName_LookedUp_IsUnknown(string name) => Assert.Equal(SyscallNames.Unknown, SyscallNames.IndexOf(name));

    [Theory]
    [InlineData(SeccompArchitecture.SCMP_ARCH_X86_64, "read", 0)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_X86_64, "openat2", 437)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_X86, "umount2", 52)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_X32, "execve", 520)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_ARM, "set_tls", 0x0F0005)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_ARM, "sync_file_range2", 341)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_AARCH64, "getrlimit", 163)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_RISCV64, "riscv_flush_icache", 259)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_LOONGARCH64, "statx", 291)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_MIPS, "socketcall", 4102)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_MIPSEL64, "read", 5000)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_MIPS64N32, "read", 6000)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_S390, "chown32", 212)]
    [InlineData(SeccompArchitecture.SCMP_ARCH_PARISC64, "openat2", 437)]
    public void KnownCall_LookedUp_HasItsNumber(SeccompArchitecture architecture, string name, uint number)
    {
        Assert.True(SyscallNumbers.TryDecode(SyscallNumbers.TableOf(architecture)[SyscallNames.IndexOf(name)], out uint found));
        Assert.Equal(number, found);
    }

    [Fact]
    public void EveryTable_Read_HasOneCallForEachNumber()
    {
        foreach (SeccompArchitecture architecture in Enum.GetValues<SeccompArchitecture>())
        {
            Assert.Equal(SyscallNames.Count, SyscallNumbers.TableOf(architecture).Length);
            List<uint> numbers = [.. ProfileModel.NumbersOf(architecture).Select(each => each.Number)];
            Assert.Equal(numbers.Count, numbers.Distinct().Count());
            Assert.InRange(numbers.Count, 300, 500);
        }
    }

    [Fact]
    public void Architectures_NamesAndValues_AreTheSpecs()
    {
        Assert.Equal(Enum.GetNames<SeccompArchitecture>(), SeccompArchitectures.Names.ToArray());
    }
}
