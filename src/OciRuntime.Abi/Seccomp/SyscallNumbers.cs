// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Seccomp;

/// <summary>The tables of system calls, one for each calling convention.</summary>
public static partial class SyscallNumbers
{
    private const ushort Absent = 0xFFFF;

    // arch/arm/include/uapi/asm/unistd.h, __ARM_NR_BASE; in the table 0xF000 + n.
    private const uint ArmPrivate = 0x0F0000;
    private const uint ArmPrivateInTable = 0xF000;

    /// <summary>Entries in the order of <see cref="SyscallNames"/>, for <see cref="TryDecode"/>.</summary>
    public static ReadOnlySpan<ushort> TableOf(SeccompArchitecture architecture) => architecture switch
    {
        SeccompArchitecture.SCMP_ARCH_X86 => X86,
        SeccompArchitecture.SCMP_ARCH_X86_64 => X64,
        SeccompArchitecture.SCMP_ARCH_X32 => X32,
        SeccompArchitecture.SCMP_ARCH_ARM => Arm,
        SeccompArchitecture.SCMP_ARCH_AARCH64 => Arm64,
        SeccompArchitecture.SCMP_ARCH_MIPS or SeccompArchitecture.SCMP_ARCH_MIPSEL => MipsO32,
        SeccompArchitecture.SCMP_ARCH_MIPS64 or SeccompArchitecture.SCMP_ARCH_MIPSEL64 => MipsN64,
        SeccompArchitecture.SCMP_ARCH_MIPS64N32 or SeccompArchitecture.SCMP_ARCH_MIPSEL64N32 => MipsN32,
        SeccompArchitecture.SCMP_ARCH_PPC => Ppc,
        SeccompArchitecture.SCMP_ARCH_PPC64 or SeccompArchitecture.SCMP_ARCH_PPC64LE => Ppc64,
        SeccompArchitecture.SCMP_ARCH_S390 => S390,
        SeccompArchitecture.SCMP_ARCH_S390X => S390X,
        SeccompArchitecture.SCMP_ARCH_PARISC => Parisc,
        SeccompArchitecture.SCMP_ARCH_PARISC64 => Parisc64,
        SeccompArchitecture.SCMP_ARCH_RISCV64 => RiscV64,
        SeccompArchitecture.SCMP_ARCH_LOONGARCH64 => LoongArch64,
        SeccompArchitecture.SCMP_ARCH_M68K => M68k,
        SeccompArchitecture.SCMP_ARCH_SH or SeccompArchitecture.SCMP_ARCH_SHEB => Sh,
        _ => throw new ArgumentOutOfRangeException(nameof(architecture)),
    };

    /// <returns>False where the table has no such call.</returns>
    public static bool TryDecode(ushort entry, out uint number)
    {
        number = entry < ArmPrivateInTable ? entry : ArmPrivate + (entry - ArmPrivateInTable);
        return entry != Absent;
    }
}
