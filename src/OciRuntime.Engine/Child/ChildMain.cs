// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Hooks;
using OciRuntime.Engine.Network;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>The container's first process, from clone to execve: the order of everything, written once.</summary>
/// <remarks>Child only. A copy of the parent with this thread alone. Whatever fails is sent to whoever waits, and the process ends.</remarks>
internal sealed class ChildMain
{
    // As a shell tells it.
    private const int SignalStatus = 128;

    // pid_namespaces(7): the first process of a PID namespace does not die of these by itself, and who sends one to a container that waits
    // for start wants its end. Others wait for the program.
    private const ulong EndsWaiting = (1UL << ((int)Signum.SIGHUP - 1)) | (1UL << ((int)Signum.SIGINT - 1))
        | (1UL << ((int)Signum.SIGQUIT - 1)) | (1UL << ((int)Signum.SIGTERM - 1));

    private readonly ChildContext _context;
    private readonly ContainerPlan _plan;
    private SyncChannel _reportTo;
    private bool _proceeded;
    private bool _inCgroupNamespace;

    private ChildMain(ChildContext context)
    {
        _context = context;
        _plan = context.Plan;
        _reportTo = context.Channel;
    }

    /// <summary>Never returns.</summary>
    public static void Run(ChildContext context)
    {
        ChildMain child = new(context);
        try
        {
            child.Create();
            child.Start();
        }
        catch (Exception e)
        {
            ChildEnd.Fail(child._reportTo, e);
        }
    }

    private void Create()
    {
        NamespacePlan namespaces = _plan.Namespaces;
        Begin();

        // user_namespaces(7): without id maps the child is nobody, and may do nothing.
        if ((namespaces.New & CloneFlags.CLONE_NEWUSER) != 0)
        {
            AwaitProceed();
            CredentialStage.BecomeRoot();

            // prctl(2): a change of ids clears it.
            Processes.Control(ProcessControl.PR_SET_PDEATHSIG, (nint)Signum.SIGKILL);
        }

        // ptrace(2): a process that is not dumpable can't be looked into by another of the same user that joins its namespaces. Its files in
        // /proc become root's: not before a parent that is somebody else has written the id maps.
        Processes.Control(ProcessControl.PR_SET_DUMPABLE, 0);

        NamespaceStage.Join(namespaces);
        using PrivateProc proc = new();
        if (!_context.NoNewKeyring)
        {
            KeyringStage.Make(_context.Record.Id, proc, _plan.Process, namespaces.IsOwn(CloneFlags.CLONE_NEWUSER));
        }

        NamespaceStage.SetUp(_plan);
        TakeNetDevices();
        List<OwnedFd> readonlyLater = [];
        using OwnedFd? inherited = RootStage.LeaveInherited(namespaces);
        using OwnedFd root = RootStage.Open(_plan.Root);
        Mount(root.Borrow, readonlyLater);
        EnterCgroupNamespace();
        RunCreateHooks(root.Borrow);
        MaskStage.Run(root.Borrow, _plan);
        TerminalStage.Run(root.Borrow, _plan.Process, _context.Channel, isConsole: true);
        ExecStage.MakeWorkingDirectory(root.Borrow, _plan.Process);
        MountStage.Seal(readonlyLater);
        RootStage.Enter(root.Borrow, _plan.Root, inherited, _context.NoPivot);
        NamespaceStage.WriteSysctls(proc, _plan.Sysctls);
        LabelStage.Run(proc, _plan.Process);
        ExecStage.FindProgram(_plan.Process);

        // Not at start: what the kernel refuses is an error of create, and later a seccomp filter and the program's own rights are in the way.
        SchedulingStage.Run(_plan.Process);

        // Before the parent may leave: its normal end must not count as its death. That it was killed shows as the channel's end.
        Processes.Control(ProcessControl.PR_SET_PDEATHSIG, 0);
        Send(SyncMessage.Ready);
        Await(SyncMessage.Release);
    }

    // Before sysctls, some of which are a device's own, and before any hook, which may look for it.
    private void TakeNetDevices()
    {
        if (_plan.NetDevices.IsEmpty)
        {
            return;
        }

        AwaitProceed();
        using (OwnedFd network = NetworkNamespace.OpenOwnFile())
        {
            if (!_context.Channel.TrySend(SyncMessage.Network, descriptor: network.Borrow))
            {
                Processes.Exit(1);
            }
        }

        ChildEnd.Await(_context.Channel, SyncMessage.NetworkDone);
    }

    private void Mount(Fd root, List<OwnedFd> readonlyLater)
    {
        // config.json gives modes, which are not to be cut; the hooks that follow get the caller's mask again.
        uint mask = Processes.SetFileModeMask(0);
        foreach (MountStep step in _plan.Mounts)
        {
            if (step is MountStep.ControlGroups)
            {
                EnterCgroupNamespace();
            }
            else if (BindSource.MayAsk(step, _plan))
            {
                AwaitProceed();
            }

            MountStage.Run(root, step, _context, readonlyLater);
        }

        DeviceStage.Run(root, _plan);
        _ = Processes.SetFileModeMask(mask);
    }

    private void Start()
    {
        if (_context.StartListener is { } listener)
        {
            _context.Channel.Dispose();
            _reportTo = AwaitStart(listener.Borrow);
        }

        if (_context.Program is not { } program)
        {
            throw new ContainerException("starting the container: config.json has no \"process\" (/process)");
        }

        ExecStage.SetUp(program);

        // They are programs of the image: they get the rights of the container's own, not the runtime's, and its filter of system calls.
        HookRunner.RunAll(
            _plan.Hooks.StartContainer,
            new HookMoment("startContainer", _context.Record, ContainerStatus.Created, Processes.Id)
            {
                Environment = program.Envp, Process = program.Process, Filter = _plan.Seccomp,
            });
        ProgramStage.Run(program, _plan.Seccomp, _context.PreserveFds, _reportTo);
    }

    private static SyncChannel AwaitStart(Fd listener)
    {
        using OwnedFd signals = Signals.OpenDescriptor(EndsWaiting);
        Span<PollEntry> entries =
        [
            new PollEntry { Descriptor = listener.Number, Events = PollEntry.POLLIN },
            new PollEntry { Descriptor = signals.Borrow.Number, Events = PollEntry.POLLIN },
        ];
        while (true)
        {
            Processes.Poll(entries);
            if (entries[1].Returned != 0 && Signals.TryReadDescriptor(signals.Borrow, out SignalInfo info))
            {
                Processes.Exit(SignalStatus + (int)info.Signal);
            }

            if (entries[0].Returned == 0)
            {
                continue;
            }

            SyncChannel channel = new(Sockets.Accept(listener));
            SyncMessage message = channel.Receive(out _, out OwnedFd? descriptor);
            descriptor?.Dispose();
            if (message == SyncMessage.Start)
            {
                return channel;
            }

            channel.Dispose();
        }
    }

    private void Begin()
    {
        NamespacePlan namespaces = _plan.Namespaces;
        ChildEnd.CloseInherited(_context.PreserveFds, [_context.Channel.Socket.Number, _context.StartListener?.Borrow.Number ?? -1]);

        ChildEnd.BelongToParent();
        if (namespaces.NeedMiddleProcess)
        {
            if (namespaces.IsJoined(CloneFlags.CLONE_NEWUSER))
            {
                // ptrace(2): not to be looked into by those who are there already.
                Processes.Control(ProcessControl.PR_SET_DUMPABLE, 0);
            }

            NamespaceStage.JoinInMiddle(namespaces);
            MiddleProcess.Leave(namespaces.NewByClone, _context.Channel);
            ChildEnd.BelongToParent();
        }

        // time_namespaces(7): its owner is the user namespace, and the file with its offsets is that of a process that has not changed its ids yet.
        NamespaceStage.EnterTimeNamespace(namespaces);
    }

    // cgroup_namespaces(7): the root of the namespace is the group that the process is in at that moment, so the parent comes first.
    private void EnterCgroupNamespace()
    {
        if (_inCgroupNamespace)
        {
            return;
        }

        AwaitProceed();
        if ((_plan.Namespaces.New & CloneFlags.CLONE_NEWCGROUP) != 0)
        {
            Namespaces.Unshare(CloneFlags.CLONE_NEWCGROUP);
        }

        _inCgroupNamespace = true;
    }

    private void RunCreateHooks(Fd root)
    {
        HooksPlan hooks = _plan.Hooks;
        if (!hooks.Prestart.IsEmpty || !hooks.CreateRuntime.IsEmpty)
        {
            Send(SyncMessage.RootReady);
            Await(SyncMessage.HooksDone);
        }

        if (!hooks.CreateContainer.IsEmpty)
        {
            // As with every peer: they find the container's root where they start.
            Processes.ChangeDirectory(root);
            HookRunner.RunAll(hooks.CreateContainer, new HookMoment("createContainer", _context.Record, ContainerStatus.Creating, Processes.Id));
        }
    }

    private void AwaitProceed()
    {
        if (!_proceeded)
        {
            Await(SyncMessage.Proceed);
            _proceeded = true;

            // cpuset(7): from here on the process is in its groups, and they say what "all" is.
            CpuAffinity.Reset();
        }
    }

    private void Await(SyncMessage expected) => ChildEnd.Await(_context.Channel, expected);

    private void Send(SyncMessage message) => ChildEnd.Send(_reportTo, message);
}
