// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>The process of an exec, from clone to execve: the order of everything, written once.</summary>
/// <remarks>Child only. Whatever fails is sent to the parent, and the process ends.</remarks>
internal static class ExecMain
{
    /// <summary>Never returns.</summary>
    public static void Run(ExecContext context)
    {
        try
        {
            Enter(context);
            Prepare(context);
            ExecStage.SetUp(context.Program);
            ProgramStage.Run(context.Program, context.Seccomp, context.PreserveFds, context.Channel);
        }
        catch (Exception e)
        {
            ChildEnd.Fail(context.Channel, e);
        }
    }

    private static void Enter(ExecContext context)
    {
        ChildEnd.CloseInherited(
            context.PreserveFds, [context.Channel.Socket.Number, context.First.Borrow.Number, context.Root?.Borrow.Number ?? -1]);
        ChildEnd.BelongToParent();

        // cgroups(7): version 1 knows no birth in a group; nothing may happen before the parent has put the process there.
        ChildEnd.Await(context.Channel, SyncMessage.Proceed);
        CpuAffinity.SetFinal(context.Program.Process.ExecAffinity);

        // ptrace(2): from here on processes of the container see this one, a copy of the runtime, and must not look into it.
        Processes.Control(ProcessControl.PR_SET_DUMPABLE, 0);
        JoinNamespaces(context);
        if ((context.Namespaces & CloneFlags.CLONE_NEWPID) != 0)
        {
            // pid_namespaces(7): only children are born in the namespace that was joined.
            MiddleProcess.Leave(CloneFlags.None, context.Channel);
            ChildEnd.BelongToParent();
        }

        if (context.Root is { } root)
        {
            Processes.ChangeDirectory(root.Borrow);
            Mounts.ChangeRoot(".\0"u8);
        }
    }

    private static void JoinNamespaces(ExecContext context)
    {
        if (context.Namespaces == CloneFlags.None)
        {
            return;
        }

        try
        {
            Namespaces.Join(context.First.Borrow, context.Namespaces);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"joining the namespaces of the container's first process: {e.Message}");
        }

        if ((context.Namespaces & CloneFlags.CLONE_NEWUSER) != 0)
        {
            CredentialStage.BecomeRoot();

            // prctl(2): a change of ids clears it.
            Processes.Control(ProcessControl.PR_SET_PDEATHSIG, (nint)Signum.SIGKILL);
        }
    }

    private static void Prepare(ExecContext context)
    {
        ProcessPlan process = context.Program.Process;
        using PrivateProc proc = new();
        if (!context.NoNewKeyring)
        {
            _ = KeyringStage.Join(context.Id, proc, process);
        }

        if (process.Terminal)
        {
            using OwnedFd root = Files.Open(Fd.CurrentDirectory, "/\0"u8, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
            TerminalStage.Run(root.Borrow, process, context.Channel, isConsole: false);
        }

        LabelStage.Run(proc, process);
        ExecStage.FindProgram(process);
        SchedulingStage.Run(process);

        // Before the parent may leave: its normal end must not count as its death. That it was killed shows as the channel's end.
        Processes.Control(ProcessControl.PR_SET_PDEATHSIG, 0);
        ChildEnd.Send(context.Channel, SyncMessage.Ready);
        ChildEnd.Await(context.Channel, SyncMessage.Release);
    }
}
