// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Bpf;

/// <summary><c>struct bpf_insn</c>, include/uapi/linux/bpf.h: 8 bytes.</summary>
/// <param name="Code">Class, operation and source.</param>
/// <param name="Registers">Destination in the low four bits, source in the high four.</param>
/// <param name="Offset">In instructions for jumps, in bytes for memory.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BpfInstruction(byte Code, byte Registers, short Offset, int Immediate);
