// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>The last steps, the same for a container's first process and for an exec.</summary>
internal static class ProgramStage
{
    /// <summary>Ends in the program, or by an exception. <see cref="ExecStage.SetUp"/> has been.</summary>
    /// <param name="filter">Null: none.</param>
    public static void Run(ProgramStart program, SeccompPlan? filter, int preserveFds, SyncChannel channel)
    {
        ProcessPlan process = program.Process;
        ExecStage.CloseDescriptors(preserveFds);

        // Until here the runtime's handlers turned faults into exceptions.
        Signals.ResetDispositions();
        _ = Signals.SetMask(0);
        bool isThere = false;
        if (filter is not null && !process.NoNewPrivileges)
        {
            // While getcwd(2) is sure to be allowed.
            isThere = ExecStage.ChangeDirectory(process);

            // seccomp(2): without no_new_privs it takes CAP_SYS_ADMIN, which may be given up next.
            SeccompStage.Load(filter, channel);
        }

        // capabilities(7): whoever gives up CAP_SETGID can't change groups, and a change of user empties the effective set; so the bounding
        // set goes first, then the ids with the permitted set kept, then the sets.
        CredentialStage.Run(process);
        if (!isThere)
        {
            _ = ExecStage.ChangeDirectory(process);
        }

        ReadOnlySpan<byte> path = ProgramLookup.Find(process, stackalloc byte[ProgramLookup.PathBuffer]);
        ChildEnd.Send(channel, SyncMessage.Executing);
        if (filter is not null && process.NoNewPrivileges)
        {
            // As late as can be: what the runtime does itself is nothing that a profile should have to allow.
            SeccompStage.Load(filter, channel);
        }

        ProgramLookup.Execute(program, path);
    }
}
