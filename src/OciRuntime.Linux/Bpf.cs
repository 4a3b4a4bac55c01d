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

    // The leading part of union bpf_attr that these commands read, and with BPF_PROG_QUERY write, include/uapi/linux/bpf.h.
    private const int AttributeSize = 64;

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
    /// <param name="replaced">An attached one whose place it takes, in one step; null: none. Linux 5.6.</param>
    public static void AttachDeviceProgram(Fd cgroup, Fd program, Fd? replaced = null)
    {
        const ulong BPF_F_REPLACE = 4;
        ulong* attribute = stackalloc ulong[AttributeSize / 8];
        new Span<ulong>(attribute, AttributeSize / 8).Clear();
        attribute[0] = (uint)cgroup.Number | ((ulong)(uint)program.Number << 32);
        attribute[1] = BPF_CGROUP_DEVICE | ((BPF_F_ALLOW_MULTI | (replaced is null ? 0 : BPF_F_REPLACE)) << 32);
        attribute[2] = (uint)(replaced?.Number ?? 0);
        nint result = Raw.CallBlocking(SyscallNumber.Bpf, BPF_PROG_ATTACH, (nint)attribute, AttributeSize);
        LinuxException.ThrowIfError(result, "bpf BPF_PROG_ATTACH");
    }

    /// <summary><c>BPF_PROG_DETACH</c>.</summary>
    public static void DetachDeviceProgram(Fd cgroup, Fd program)
    {
        const nint BPF_PROG_DETACH = 9;
        ulong* attribute = stackalloc ulong[AttributeSize / 8];
        new Span<ulong>(attribute, AttributeSize / 8).Clear();
        attribute[0] = (uint)cgroup.Number | ((ulong)(uint)program.Number << 32);
        attribute[1] = BPF_CGROUP_DEVICE;
        nint result = Raw.CallBlocking(SyscallNumber.Bpf, BPF_PROG_DETACH, (nint)attribute, AttributeSize);
        LinuxException.ThrowIfError(result, "bpf BPF_PROG_DETACH");
    }

    /// <summary>The ids of the device programs of a folder, not of those above it. <c>BPF_PROG_QUERY</c>.</summary>
    /// <returns>How many of <paramref name="ids"/> were filled.</returns>
    public static int QueryDevicePrograms(Fd cgroup, Span<uint> ids)
    {
        const nint BPF_PROG_QUERY = 16;
        ulong* attribute = stackalloc ulong[AttributeSize / 8];
        new Span<ulong>(attribute, AttributeSize / 8).Clear();
        fixed (uint* to = ids)
        {
            attribute[0] = (uint)cgroup.Number | ((ulong)BPF_CGROUP_DEVICE << 32);
            attribute[2] = (ulong)to;
            attribute[3] = (uint)ids.Length;
            nint result = Raw.CallBlocking(SyscallNumber.Bpf, BPF_PROG_QUERY, (nint)attribute, AttributeSize);
            LinuxException.ThrowIfError(result, "bpf BPF_PROG_QUERY");
            return (int)(uint)attribute[3];
        }
    }

    /// <summary><c>BPF_PROG_GET_FD_BY_ID</c>.</summary>
    public static Errno TryOpenProgram(uint id, out OwnedFd? program)
    {
        const nint BPF_PROG_GET_FD_BY_ID = 13;
        ulong* attribute = stackalloc ulong[AttributeSize / 8];
        new Span<ulong>(attribute, AttributeSize / 8).Clear();
        attribute[0] = id;
        nint result = Raw.CallBlocking(SyscallNumber.Bpf, BPF_PROG_GET_FD_BY_ID, (nint)attribute, AttributeSize);
        program = result < 0 ? null : new OwnedFd((int)result);
        return Raw.ErrnoOf(result);
    }
}
