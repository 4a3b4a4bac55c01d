// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Abi.Seccomp;

/// <summary>The instructions of classic BPF in use, include/uapi/linux/bpf_common.h. A is the accumulator; all are on 32 bits.</summary>
public static class ClassicOpcode
{
    /// <summary>A = the word at an offset of <see cref="SeccompData"/>. <c>BPF_LD | BPF_W | BPF_ABS</c></summary>
    public const ushort Load = 0x20;

    /// <summary>A &amp;= value. <c>BPF_ALU | BPF_AND | BPF_K</c></summary>
    public const ushort And = 0x54;

    /// <summary>Always jumps, by its value. <c>BPF_JMP | BPF_JA</c></summary>
    public const ushort Jump = 0x05;

    /// <summary>A == value. <c>BPF_JMP | BPF_JEQ | BPF_K</c></summary>
    public const ushort JumpIfEqual = 0x15;

    /// <summary>A &gt; value, unsigned. <c>BPF_JMP | BPF_JGT | BPF_K</c></summary>
    public const ushort JumpIfGreater = 0x25;

    /// <summary>A &gt;= value, unsigned. <c>BPF_JMP | BPF_JGE | BPF_K</c></summary>
    public const ushort JumpIfGreaterOrEqual = 0x35;

    /// <summary>(A &amp; value) != 0. <c>BPF_JMP | BPF_JSET | BPF_K</c></summary>
    public const ushort JumpIfAnySet = 0x45;

    /// <summary>The verdict is the value. <c>BPF_RET | BPF_K</c></summary>
    public const ushort Return = 0x06;
}
