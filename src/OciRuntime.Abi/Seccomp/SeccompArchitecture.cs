// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Seccomp;

/// <summary>config-linux.md, "Seccomp", in its order.</summary>
public enum SeccompArchitecture
{
    SCMP_ARCH_X86,
    SCMP_ARCH_X86_64,
    SCMP_ARCH_X32,
    SCMP_ARCH_ARM,
    SCMP_ARCH_AARCH64,
    SCMP_ARCH_MIPS,
    SCMP_ARCH_MIPS64,
    SCMP_ARCH_MIPS64N32,
    SCMP_ARCH_MIPSEL,
    SCMP_ARCH_MIPSEL64,
    SCMP_ARCH_MIPSEL64N32,
    SCMP_ARCH_PPC,
    SCMP_ARCH_PPC64,
    SCMP_ARCH_PPC64LE,
    SCMP_ARCH_S390,
    SCMP_ARCH_S390X,
    SCMP_ARCH_PARISC,
    SCMP_ARCH_PARISC64,
    SCMP_ARCH_RISCV64,
    SCMP_ARCH_LOONGARCH64,
    SCMP_ARCH_M68K,
    SCMP_ARCH_SH,
    SCMP_ARCH_SHEB,
}

/// <summary>What a filter must know of an architecture.</summary>
public static class SeccompArchitectures
{
    /// <summary>Of this executable. Another architecture is another value.</summary>
    public const SeccompArchitecture Native = SeccompArchitecture.SCMP_ARCH_X86_64;

    /// <summary><c>__X32_SYSCALL_BIT</c>, arch/x86/include/uapi/asm/unistd.h: x32 is told from x86-64 by its numbers alone.</summary>
    public const uint X32Bit = 0x40000000;

    // Like AUDIT_ARCH_*: include/uapi/linux/audit.h and elf-em.h.
    private const uint SixtyFourBit = 0x80000000;
    private const uint LittleEndian = 0x40000000;
    private const uint MipsN32 = 0x20000000;

    // In the order of the enumeration.
    private static readonly string[] s_names =
    [
        "SCMP_ARCH_X86",
        "SCMP_ARCH_X86_64",
        "SCMP_ARCH_X32",
        "SCMP_ARCH_ARM",
        "SCMP_ARCH_AARCH64",
        "SCMP_ARCH_MIPS",
        "SCMP_ARCH_MIPS64",
        "SCMP_ARCH_MIPS64N32",
        "SCMP_ARCH_MIPSEL",
        "SCMP_ARCH_MIPSEL64",
        "SCMP_ARCH_MIPSEL64N32",
        "SCMP_ARCH_PPC",
        "SCMP_ARCH_PPC64",
        "SCMP_ARCH_PPC64LE",
        "SCMP_ARCH_S390",
        "SCMP_ARCH_S390X",
        "SCMP_ARCH_PARISC",
        "SCMP_ARCH_PARISC64",
        "SCMP_ARCH_RISCV64",
        "SCMP_ARCH_LOONGARCH64",
        "SCMP_ARCH_M68K",
        "SCMP_ARCH_SH",
        "SCMP_ARCH_SHEB",
    ];

    public static ReadOnlySpan<string> Names => s_names;

    public static bool TryParse(string name, out SeccompArchitecture architecture)
    {
        int index = Array.IndexOf(s_names, name);
        architecture = (SeccompArchitecture)index;
        return index >= 0;
    }

    /// <summary><c>seccomp_data.arch</c>.</summary>
    public static uint AuditArchOf(SeccompArchitecture architecture) => architecture switch
    {
        SeccompArchitecture.SCMP_ARCH_X86 => 3 | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_X86_64 or SeccompArchitecture.SCMP_ARCH_X32 => 62 | SixtyFourBit | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_ARM => 40 | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_AARCH64 => 183 | SixtyFourBit | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_MIPS => 8,
        SeccompArchitecture.SCMP_ARCH_MIPS64 => 8 | SixtyFourBit,
        SeccompArchitecture.SCMP_ARCH_MIPS64N32 => 8 | SixtyFourBit | MipsN32,
        SeccompArchitecture.SCMP_ARCH_MIPSEL => 8 | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_MIPSEL64 => 8 | SixtyFourBit | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_MIPSEL64N32 => 8 | SixtyFourBit | LittleEndian | MipsN32,
        SeccompArchitecture.SCMP_ARCH_PPC => 20,
        SeccompArchitecture.SCMP_ARCH_PPC64 => 21 | SixtyFourBit,
        SeccompArchitecture.SCMP_ARCH_PPC64LE => 21 | SixtyFourBit | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_S390 => 22,
        SeccompArchitecture.SCMP_ARCH_S390X => 22 | SixtyFourBit,
        SeccompArchitecture.SCMP_ARCH_PARISC => 15,
        SeccompArchitecture.SCMP_ARCH_PARISC64 => 15 | SixtyFourBit,
        SeccompArchitecture.SCMP_ARCH_RISCV64 => 243 | SixtyFourBit | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_LOONGARCH64 => 258 | SixtyFourBit | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_M68K => 4,
        SeccompArchitecture.SCMP_ARCH_SH => 42 | LittleEndian,
        SeccompArchitecture.SCMP_ARCH_SHEB => 42,
        _ => throw new ArgumentOutOfRangeException(nameof(architecture)),
    };

    /// <summary>Whether registers, and so arguments, have 64 bits. Those of x32 and n32 are compared by their lower halves, as libseccomp does.</summary>
    public static bool Has64BitArguments(SeccompArchitecture architecture) =>
        architecture is not (SeccompArchitecture.SCMP_ARCH_X32 or SeccompArchitecture.SCMP_ARCH_MIPS64N32 or SeccompArchitecture.SCMP_ARCH_MIPSEL64N32)
        && (AuditArchOf(architecture) & SixtyFourBit) != 0;
}
