// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Bpf;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Cgroups;

/// <summary>The program that decides on devices in a version 2 folder. All programs of a folder and of those above it must allow.</summary>
internal static class DeviceProgram
{
    /// <param name="isNew">False: the folder may have programs, of a container before. The new one takes the place of one at once; there is no
    /// moment without.</param>
    public static void Attach(string cgroup, ImmutableArray<BpfInstruction> instructions, bool isNew)
    {
        using OwnedFd program = Bpf.LoadDeviceProgram(instructions.AsSpan());
        using OwnedFd folder = Files.Open(Fd.CurrentDirectory, KernelString.Of(cgroup).Span, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        List<OwnedFd> old = isNew ? [] : Attached(folder.Borrow);
        try
        {
            Bpf.AttachDeviceProgram(folder.Borrow, program.Borrow, old.Count == 1 ? old[0].Borrow : null);
            for (int i = 0; i < old.Count && old.Count > 1; i++)
            {
                Bpf.DetachDeviceProgram(folder.Borrow, old[i].Borrow);
            }
        }
        finally
        {
            old.ForEach(one => one.Dispose());
        }
    }

    private static List<OwnedFd> Attached(Fd folder)
    {
        // kernel/bpf/cgroup.c, BPF_CGROUP_MAX_PROGS.
        Span<uint> ids = stackalloc uint[64];
        List<OwnedFd> programs = [];
        foreach (uint id in ids[..Bpf.QueryDevicePrograms(folder, ids)])
        {
            // EPERM: of somebody whose programs we may not touch; ENOENT: gone meanwhile. It can only forbid more.
            if (Bpf.TryOpenProgram(id, out OwnedFd? program) == 0)
            {
                programs.Add(program!);
            }
        }

        return programs;
    }
}
