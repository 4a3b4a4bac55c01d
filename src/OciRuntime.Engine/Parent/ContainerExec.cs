// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.Child;
using OciRuntime.Engine.Resctrl;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Sync;
using OciRuntime.Engine.Systemd;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>exec: the parent's side, in the order in which things happen. What fails undoes all that was done.</summary>
public sealed class ContainerExec : IDisposable
{
    private const string Doing = "starting the program";

    private readonly UndoStack _undo = new();
    private readonly ExecOptions _options;
    private readonly ExecPlan _plan;
    private readonly ContainerRecord _record;
    private readonly OwnedFd _first;
    private readonly OwnedFd? _consoleSocket;
    private readonly OwnedFd? _pidfdSocket;
    private readonly SeccompAgent? _agent;
    private SyncChannel? _channel;
    private ChildProcess? _child;
    private TerminalRelay? _relay;
    private bool _isOutside;

    private ContainerExec(ContainerRecord record, OwnedFd first, ExecOptions options, ExecPlan plan)
    {
        (_record, _first, _options, _plan) = (record, first, options, plan);
        _consoleSocket = options.ConsoleSocket is null ? null : DescriptorSocket.Connect(options.ConsoleSocket, "console-socket");
        _pidfdSocket = options.PidfdSocket is null ? null : DescriptorSocket.Connect(options.PidfdSocket, "pidfd-socket");
        _agent = SeccompAgent.Connect(plan.Seccomp?.Listener);
    }

    /// <summary>What <see cref="Run"/> would say of the container's status, before anything is read of it.</summary>
    /// <exception cref="ContainerException">No program can be run in it now.</exception>
    public static ContainerRecord Check(StateStore store, string id, bool ignorePaused)
    {
        ContainerSnapshot snapshot = ContainerQueries.Get(store, id);
        string? refusal = snapshot.Status switch
        {
            ContainerStatus.Created or ContainerStatus.Running => null,
            ContainerStatus.Paused => ignorePaused ? null : ContainerException.ExecPaused,
            ContainerStatus.Stopped => ContainerException.ExecStopped,
            _ => "cannot exec in a container that is being created",
        };
        return refusal is null ? snapshot.Record : throw new ContainerException(refusal);
    }

    /// <summary>Runs a program in the container and, in the foreground, stays with it until it ends.</summary>
    /// <param name="record">Of a container that may run one: <see cref="Check"/>.</param>
    /// <returns>0 for a detached program, else its status: 128 + n if signal n killed it.</returns>
    /// <exception cref="ContainerException">It does not run, and nothing is left of it.</exception>
    public static int Run(ContainerRecord record, ExecOptions options, ExecPlan plan)
    {
        LaunchChecks.CheckTerminal(plan.Process.Terminal, options.Detach, options.ConsoleSocket);
        LabelChecks.Check(plan.Process);
        LaunchChecks.CheckPreserved(options.PreserveFds);
        if (!options.Detach)
        {
            // As with run: a signal that comes too early waits, one that comes too late does not take the status away.
            _ = Signals.SetMask(Signals.AllButFaults);
        }

        OwnedFd first = ProcessIdentity.TryOpen(record) ?? throw new ContainerException(ContainerException.ExecStopped);
        using ContainerExec exec = new(record, first, options, plan);
        exec.Start();
        return options.Detach ? 0 : Foreground.StatusOf(Foreground.Attend(exec._child!.PidFd, exec._child.Pid, exec._relay));
    }

    public void Dispose()
    {
        _channel?.Dispose();
        _child?.Dispose();
        _first.Dispose();
        _consoleSocket?.Dispose();
        _pidfdSocket?.Dispose();
        _agent?.Dispose();
        _relay?.Dispose();
    }

    private void Start()
    {
        try
        {
            Clone();
            while (Receive())
            {
            }

            Finish();
            StartExchange.Await(
                _channel!,
                _child!.PidFd,
                Doing,
                (text, descriptor) => _agent?.Deliver(_channel!, descriptor, text, _child.PidFd, _record, ContainerStatus.Running));
        }
        catch (Exception e)
        {
            string trouble = _undo.Unwind();
            throw e is LinuxException or ContainerException ? new ContainerException($"{e.Message}{trouble}") : e;
        }
    }

    private void Clone()
    {
        CpuAffinity.SetInitial(_plan.Process.ExecAffinity);
        using ExecPlacement placement = ExecPlacement.Choose(_record, _options.SubCgroups);
        (OwnedFd mine, OwnedFd theirs) = Sockets.MakePair();
        _channel = new SyncChannel(mine);
        using SyncChannel childChannel = new(theirs);
        using OwnedFd? root = (_plan.Namespaces & CloneFlags.CLONE_NEWNS) == 0 ? OpenRoot() : null;

        // setns(2): the PID namespace of a user namespace needs rights there, which another user has only once he is in it.
        bool hasMiddle = (_plan.Namespaces & CloneFlags.CLONE_NEWUSER) != 0 && Credentials.EffectiveUserId != 0;
        CloneFlags before = hasMiddle ? CloneFlags.None : _plan.Namespaces & CloneFlags.CLONE_NEWPID;
        ExecContext context = new()
        {
            Program = ProgramStart.Of(_plan.Process),
            Id = _record.Id,
            First = _first,
            Root = root,
            Namespaces = _plan.Namespaces & ~before,
            NoNewKeyring = _record.NoNewKeyring,
            Seccomp = _plan.Seccomp,
            PreserveFds = _options.PreserveFds,
            Channel = childChannel,
        };
        using (PidNamespaceScope.Of(_first.Borrow, before))
        {
            _child = Clone(placement, context);
        }

        _undo.Push(() => _child.Kill());
        if (_isOutside)
        {
            ScopeUnit.Attach(_record.IsSystemdUser, _record.SystemdUnit!, _options.SubCgroups, _child.Pid);
        }
        else
        {
            placement.Join(_child.Pid);
        }
        ResctrlGroup.Join(_record.ResctrlFolders, _child.Pid);
        if (_plan.Process.OomScoreAdj is { } score)
        {
            ProcessLimits.SetOomScore(_child.Pid, score);
        }

        _channel.TrySend(SyncMessage.Proceed);
        if (hasMiddle)
        {
            _child.AwaitSibling(_channel);
        }
    }

    private ChildProcess Clone(ExecPlacement placement, ExecContext context)
    {
        if (placement.IsGone && !placement.TryFollow(_record.Pid))
        {
            throw new ContainerException($"the container's cgroup is gone: {string.Join(", ", _record.CgroupFolders)}");
        }

        try
        {
            return ChildProcess.Clone(CloneFlags.None, placement.Birthplace, context, ExecMain.Run);
        }
        catch (LinuxException e) when (e.Errno is Errno.EBUSY && placement.TryFollow(_record.Pid))
        {
            return ChildProcess.Clone(CloneFlags.None, placement.Birthplace, context, ExecMain.Run);
        }
        catch (LinuxException e) when (e.Errno is Errno.EACCES && _record.SystemdUnit is not null)
        {
            // cgroups(7), "Delegation containment": a user may not move a process of one's own from a session into a scope. systemd may.
            _isOutside = true;
            return ChildProcess.Clone(CloneFlags.None, null, context, ExecMain.Run);
        }
    }

    // By the first process: the pidfd proves afterwards that the pid was still its own.
    private OwnedFd OpenRoot()
    {
        KernelString path = KernelString.Of($"/proc/{_record.Pid}/root");
        OwnedFd root = Files.Open(Fd.CurrentDirectory, path.Span, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        if (Processes.TrySignal(_first.Borrow, 0) == 0)
        {
            return root;
        }

        root.Dispose();
        throw new ContainerException(ContainerException.ExecStopped);
    }

    /// <returns>False when the child is ready.</returns>
    private bool Receive()
    {
        SyncMessage message = _channel!.Receive(out string text, out OwnedFd? descriptor);
        switch (message)
        {
            case SyncMessage.Ready:
                return false;
            case SyncMessage.Console:
                _relay = TerminalRelay.Take(descriptor!, _consoleSocket);
                return true;
            case SyncMessage.Failure:
                throw new ContainerException($"{Doing}: {text}");
            default:
                throw new ContainerException($"{Doing}: its process {StartExchange.Ending(_child!.PidFd)} before it was ready");
        }
    }

    private void Finish()
    {
        if (_pidfdSocket is not null)
        {
            DescriptorSocket.Send(_pidfdSocket.Borrow, _child!.PidFd, "pidfd"u8, "pidfd-socket");
        }

        // Not earlier: the child itself needs descriptors and memory until here.
        ProcessLimits.SetLimits(_child!.Pid, _plan.Process.Rlimits);
        if (_options.PidFile is { } path)
        {
            PidFile.Write(path, _child.Pid);
            _undo.Push(() => Folders.TryRemove(Fd.CurrentDirectory, KernelString.Of(path).Span));
        }

        if (!_channel!.TrySend(SyncMessage.Release))
        {
            throw new ContainerException($"{Doing}: its process {StartExchange.Ending(_child.PidFd)} before it was released");
        }
    }
}
