// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Bpf;

namespace OciRuntime.Linux;

/// <summary>bpf(2): programs on version 2 control groups.</summary>
public static unsafe class Bpf
{
    private const nint BPF_PROG_LOAD = 5;
    private const nint BPF_PROG_ATTACH = 8;
    private const uint BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    private const uint BPF_CGROUP_DEVICE = 6;
    private const uint BPF_F_ALLOW_MULTI = 2;

    // The leading part of union bpf_attr that these commands read, include/uapi/linux/bpf.h.
    private const int AttributeSize = 48;

    /// <summary>Loads a device program. <c>BPF_PROG_LOAD</c>.</summary>
    /// <exception cref="LinuxException">EPERM: no CAP_BPF and CAP_NET_ADMIN in the first user namespace; EINVAL: the verifier refuses it.</exception>
    public static OwnedFd LoadDeviceProgram(ReadOnlySpan<BpfInstruction> program)
    {
        ulong* attribute = stackalloc ulong[AttributeSize / 8];
        new Span<ulong>(attribute, AttributeSize / 8).Clear();
        fixed (BpfInstruction* instructions = program)
        fixed (byte* licence = "Apache-2.0\0"u8)
        {
            attribute[0] = BPF_PROG_TYPE_CGROUP_DEVICE | ((ulong)program.Length << 32);
            attribute[1] = (ulong)instructions;
            attribute[2] = (ulong)licence;
            nint result = Raw.CallBlocking(SyscallNumber.Bpf, BPF_PROG_LOAD, (nint)attribute, AttributeSize);
            return new OwnedFd((int)LinuxException.ThrowIfError(result, "bpf BPF_PROG_LOAD"));
        }
    }

    /// <summary>Attaches a device program to a version 2 folder: all programs up the tree must allow. <c>BPF_PROG_ATTACH</c>.</summary>
    public static void AttachDeviceProgram(Fd cgroup, Fd program)
    {
        ulong* attribute = stackalloc ulong[AttributeSize / 8];
        new Span<ulong>(attribute, AttributeSize / 8).Clear();
        attribute[0] = (uint)cgroup.Number | ((ulong)(uint)program.Number << 32);
        attribute[1] = BPF_CGROUP_DEVICE | ((ulong)BPF_F_ALLOW_MULTI << 32);
        nint result = Raw.CallBlocking(SyscallNumber.Bpf, BPF_PROG_ATTACH, (nint)attribute, AttributeSize);
        LinuxException.ThrowIfError(result, "bpf BPF_PROG_ATTACH");
    }
}
