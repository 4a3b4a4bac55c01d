// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Abi.Bpf;

/// <summary>
/// The eBPF instructions in use, include/uapi/linux/bpf.h and bpf_common.h: class, operation and source in one byte. Those on
/// 32 bits clear the upper half of the destination.
/// </summary>
public static class BpfOpcode
{
    /// <summary><c>dst = *(u32 *)(src + offset)</c></summary>
    public const byte LoadWord = 0x61;

    /// <summary><c>dst = (u32)src</c></summary>
    public const byte Move32 = 0xBC;

    /// <summary><c>dst = (u32)imm</c></summary>
    public const byte MoveImmediate32 = 0xB4;

    /// <summary><c>dst = (u32)dst &amp; imm</c></summary>
    public const byte AndImmediate32 = 0x54;

    /// <summary><c>dst = (u32)dst &gt;&gt; imm</c></summary>
    public const byte ShiftRightImmediate32 = 0x74;

    /// <summary>Always jumps.</summary>
    public const byte Jump = 0x05;

    /// <summary>Jumps if <c>(u32)dst == imm</c>. Linux 5.1.</summary>
    public const byte JumpIfEqual32 = 0x16;

    /// <summary>Jumps if <c>(u32)dst != imm</c>. Linux 5.1.</summary>
    public const byte JumpIfNotEqual32 = 0x56;

    /// <summary>Jumps if <c>((u32)dst &amp; imm) != 0</c>. Linux 5.1.</summary>
    public const byte JumpIfAnySet32 = 0x46;

    /// <summary>Returns register 0.</summary>
    public const byte Exit = 0x95;
}
