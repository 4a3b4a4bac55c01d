// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.Child;
using OciRuntime.Engine.Hooks;
using OciRuntime.Engine.Network;
using OciRuntime.Engine.Resctrl;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Sync;
using OciRuntime.Engine.Systemd;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>One create in the making: the parent's side, in the order in which things happen. What fails undoes all that was done.</summary>
internal sealed class Launch : IDisposable
{
    private readonly UndoStack _undo = new();
    private readonly LaunchOptions _options;
    private ContainerPlan _plan;
    private readonly ContainerFolder _folder;
    private readonly OwnedFd? _consoleSocket;
    private readonly OwnedFd? _pidfdSocket;
    private readonly SeccompAgent? _agent;
    private ContainerRecord _record;
    private CgroupPlacement? _cgroups;
    private SyncChannel? _channel;
    private ChildProcess? _child;
    private bool _hasScope;
    private bool _isCgroupNew;
    private long _oomKillsBefore;
    private DeviceMoves? _devices;
    private ResctrlGroup? _resctrl;

    private Launch(StateStore store, LaunchOptions options, ContainerPlan plan, bool andStart)
    {
        _options = options;
        _plan = plan;
        LaunchChecks.Check(options, plan);
        _consoleSocket = options.ConsoleSocket is null ? null : DescriptorSocket.Connect(options.ConsoleSocket, "console-socket");
        _pidfdSocket = options.PidfdSocket is null ? null : DescriptorSocket.Connect(options.PidfdSocket, "pidfd-socket");
        _agent = andStart ? SeccompAgent.Connect(plan.Seccomp?.Listener) : null;
        _record = NewRecord(options, plan);
        _folder = store.Create(options.Id);
        _undo.Push(_folder.Remove);
    }

    /// <summary>Where the container says that it is ready; null: nobody waits for it.</summary>
    public ReadinessRelay? Readiness { get; private set; }

    public ContainerRecord Record => _record;

    public ContainerFolder Folder => _folder;

    public Fd PidFd => _child!.PidFd;

    /// <summary>Between the caller's terminal and the container's, where nobody else was given that.</summary>
    public TerminalRelay? Relay { get; private set; }

    /// <summary>Creates the container.</summary>
    /// <param name="andStart">False: its process waits for start on the socket in the state folder. True: for <see cref="Start"/>.</param>
    /// <exception cref="ContainerException">Nothing is left of it.</exception>
    public static Launch Create(StateStore store, LaunchOptions options, ContainerPlan plan, bool andStart)
    {
        Launch launch = new(store, options, plan, andStart);
        try
        {
            launch.Prepare(andStart);
            launch.Clone(andStart);
            launch.Attend();
            launch.Finish();
            return launch;
        }
        catch (Exception e)
        {
            throw launch.Abort(e);
        }
    }

    /// <summary>Lets the program of a container run that was created to be started by this process, and waits until it does.</summary>
    public void Start()
    {
        try
        {
            StartExchange.Await(
                _channel!,
                _child!.PidFd,
                "starting the container",
                (text, descriptor) => _agent?.Deliver(_channel!, descriptor, text, _child.PidFd, _record, ContainerStatus.Created));
            if (!_plan.Hooks.Poststart.IsEmpty)
            {
                OtherThreads.AwaitParked();
                HookRunner.RunAll(_plan.Hooks.Poststart, Moment("poststart", ContainerStatus.Running));
            }
        }
        catch (Exception e)
        {
            throw Abort(e);
        }
    }

    public void Dispose()
    {
        _devices?.Dispose();
        _channel?.Dispose();
        _child?.Dispose();
        _folder.Dispose();
        _consoleSocket?.Dispose();
        _pidfdSocket?.Dispose();
        _agent?.Dispose();
        Relay?.Dispose();
        Readiness?.Dispose();
    }

    private static ContainerRecord NewRecord(LaunchOptions options, ContainerPlan plan) => new()
    {
        Id = options.Id,
        OciVersion = plan.OciVersion,
        Bundle = options.Bundle,
        Rootfs = plan.Root.Path.ToString(),
        Created = Timestamp.Now(),
        OwnerUid = Credentials.EffectiveUserId,
        HasProcess = plan.Process is not null,
        HasPidNamespace = (plan.Namespaces.New & CloneFlags.CLONE_NEWPID) != 0,
        NoNewKeyring = options.NoNewKeyring,
        Annotations = plan.Annotations,
    };

    // What is planned is written down before it is made: whoever is killed leaves a record of what there may be.
    private void Prepare(bool andStart)
    {
        CgroupLayout layout = CgroupHierarchy.DetectLayout();
        SystemdPlan? systemd = _plan.Cgroup.Systemd;
        _cgroups = _options.NoCgroup ? CgroupPlacement.None(layout)
            : systemd is not null ? ContainerScope.Choose(layout, systemd, _options.Id)
            : CgroupPlacement.Choose(layout, _plan.Cgroup.Path, _options.Id);
        _isCgroupNew = !CgroupFs.RefuseOccupied(_cgroups.Cgroup);
        _oomKillsBefore = _isCgroupNew ? 0 : OomKills.Count(_cgroups.Cgroup);
        _record = _record with
        {
            SystemdUnit = systemd is null ? null : ContainerScope.UnitOf(systemd, _options.Id),
            IsSystemdUser = systemd is { IsUser: true },
            CgroupFolders = _cgroups.Folders,
            CgroupControllers = _cgroups.Cgroup.Controllers,
            CgroupParents = CgroupFs.MissingParents(_cgroups, systemd is not null),
        };
        if (_plan.IntelRdt is { } rdt)
        {
            _resctrl = ResctrlGroup.Choose(rdt, _options.Id);
            _record = _record with { ResctrlFolders = _resctrl.Folders, ResctrlMade = _resctrl.RemovedAtEnd };
        }

        _folder.WriteRecord(_record);
        _folder.WriteConfig(_options.Config.Span);
        if (_options.NotifySocket is not null || _options.ListenCount > 0)
        {
            _plan = ServicePlan.Extend(_plan, _options, _options.NotifySocket is null ? null : _folder.MakeNotifyFolder());
        }

        if (andStart)
        {
            Readiness = ReadinessRelay.Open(_folder, _options.NotifySocket);
        }

        _undo.Push(() => CgroupRemoval.Remove(_hasScope ? _record : _record with { SystemdUnit = null }));
        if (MakesCgroupFirst)
        {
            MakeCgroup();
        }
    }

    // On version 2 the child is born in its group. On version 1 the folders are made while the child mounts: it waits for them before it
    // needs them; but a user who may go without must know before. systemd makes no scope without a process.
    private bool MakesCgroupFirst => _plan.Cgroup.Systemd is null && (_cgroups!.Layout == CgroupLayout.V2 || _record.OwnerUid != 0);

    private void MakeCgroup()
    {
        if (_plan.Cgroup.Systemd is { } systemd)
        {
            MakeScope(systemd);
        }

        try
        {
            CgroupFs.MakeFolders(_cgroups!);
        }
        catch (LinuxException e) when (e.Errno is Errno.EACCES or Errno.EPERM or Errno.EROFS && _plan.Cgroup.IsOptional && _record.OwnerUid != 0)
        {
            // As with every peer: a user who may make none, and asks for nothing that needs one, goes without.
            CgroupRemoval.Remove(ContainerCgroup.Of(_record), _record.CgroupParents);
            _record = _record with { CgroupFolders = [], CgroupControllers = [], CgroupParents = [] };
            _cgroups = CgroupPlacement.None(_cgroups!.Layout);
        }

        if (_options.NoCgroup)
        {
            return;
        }

        CgroupFs.ApplyLimits(_cgroups!.Cgroup, _plan.Cgroup, _record.CgroupParents, _isCgroupNew);
        if (_plan.Cgroup.Owner is { } owner && owner != _record.OwnerUid && !_cgroups.Cgroup.IsNone)
        {
            CgroupFs.Delegate(_cgroups.Cgroup, owner);
        }
    }

    private void MakeScope(SystemdPlan systemd)
    {
        using BusConnection bus = BusConnection.Open(systemd.IsUser);
        _hasScope = true;
        try
        {
            ScopeUnit.Start(bus, _record.SystemdUnit!, _options.Id, _child!.Pid, systemd.Properties);
        }
        catch (BusTimeoutException)
        {
            // Not to be asked again: a scope that comes late finds no process, and ends by itself.
            _hasScope = false;
            throw;
        }
    }

    private void Clone(bool andStart)
    {
        (OwnedFd mine, OwnedFd theirs) = Sockets.MakePair();
        _channel = new SyncChannel(mine);
        using SyncChannel childChannel = new(theirs);
        using OwnedFd? listener = andStart ? null : _folder.ListenForStart();
        ChildContext context = new()
        {
            Plan = _plan,
            Record = _record,
            Cgroups = _cgroups!,
            Channel = childChannel,
            StartListener = listener,
            Program = _plan.Process is { } process ? ProgramStart.Of(process) : null,
            NoPivot = _options.NoPivot,
            NoNewKeyring = _options.NoNewKeyring,
            PreserveFds = _options.PreserveFds,
        };
        using OwnedFd? cgroup = MakesCgroupFirst && _cgroups is { Layout: CgroupLayout.V2, Folders.IsEmpty: false } ? CgroupFs.OpenUnified(_cgroups) : null;
        NamespacePlan namespaces = _plan.Namespaces;
        using (PidNamespaceScope.Of(namespaces))
        {
            CloneFlags flags = namespaces.NeedMiddleProcess ? CloneFlags.None : namespaces.NewByClone;
            _child = ChildProcess.Clone(flags, cgroup?.Borrow, context, ChildMain.Run);
        }

        _undo.Push(_child.Kill);
    }

    // What the child needs from outside, and then whatever it says, until it is ready.
    private void Attend()
    {
        NamespacePlan namespaces = _plan.Namespaces;
        if (namespaces.NeedMiddleProcess)
        {
            AwaitSibling();
        }

        if ((namespaces.New & CloneFlags.CLONE_NEWUSER) != 0)
        {
            IdMapWriter.Write(_child!.Pid, namespaces);
        }
        else if (namespaces.IsJoined(CloneFlags.CLONE_NEWUSER))
        {
            IdMapWriter.Verify(_child!.Pid, namespaces);
        }

        if (!MakesCgroupFirst)
        {
            MakeCgroup();
        }

        if (_cgroups!.Layout == CgroupLayout.V1)
        {
            CgroupFs.Join(_cgroups, _child!.Pid);
        }

        _resctrl?.Enter(_child!.Pid, _undo);
        if (_plan.Process is { OomScoreAdj: { } score })
        {
            ProcessLimits.SetOomScore(_child!.Pid, score);
        }

        _channel!.TrySend(SyncMessage.Proceed);
        using MountSources sources = new(_plan.Mounts, _child!.Pid);
        while (Receive(sources))
        {
        }
    }

    private void AwaitSibling()
    {
        try
        {
            _child!.AwaitSibling(_channel!);
        }
        catch (ContainerException e)
        {
            throw new ContainerException($"creating the container: {e.Message}");
        }
    }

    /// <returns>False when the child is ready.</returns>
    private bool Receive(MountSources sources)
    {
        SyncMessage message = _channel!.Receive(out string text, out OwnedFd? descriptor);
        switch (message)
        {
            case SyncMessage.Ready:
                return false;
            case SyncMessage.Network:
                MoveNetDevices(descriptor!);
                _channel.TrySend(SyncMessage.NetworkDone);
                return true;
            case SyncMessage.RootReady:
                RunRuntimeHooks();
                _channel.TrySend(SyncMessage.HooksDone);
                return true;
            case SyncMessage.Console:
                Relay = TerminalRelay.Take(descriptor!, _consoleSocket);
                return true;
            case SyncMessage.SourceWanted:
                using (OwnedFd source = sources.Open(text))
                {
                    _channel.TrySend(SyncMessage.Source, default, source.Borrow);
                }

                return true;
            case SyncMessage.Failure:
                throw new ContainerException($"creating the container: {text}");
            default:
                throw new ContainerException($"creating the container: its first process {StartExchange.Ending(_child!.PidFd)} before it was ready");
        }
    }

    private void MoveNetDevices(OwnedFd network)
    {
        _devices = new DeviceMoves(network);
        _undo.Push(_devices.Undo);
        _devices.Run(_plan.NetDevices);
    }

    private void RunRuntimeHooks()
    {
        WriteProcess(isCreated: false);
        OtherThreads.AwaitParked();
        HookRunner.RunAll(_plan.Hooks.Prestart, Moment("prestart", ContainerStatus.Creating));
        HookRunner.RunAll(_plan.Hooks.CreateRuntime, Moment("createRuntime", ContainerStatus.Creating));
    }

    // The peers change into the bundle before all else: hooks of create and run start there.
    private HookMoment Moment(string kind, ContainerStatus status) => new(kind, _record, status, _child!.Pid) { Folder = _record.Bundle };

    private void Finish()
    {
        if (_pidfdSocket is not null)
        {
            DescriptorSocket.Send(_pidfdSocket.Borrow, _child!.PidFd, "pidfd"u8, "pidfd-socket");
        }

        // Not earlier: the child itself needs descriptors and memory to set the container up.
        if (_plan.Process is { } process)
        {
            ProcessLimits.SetLimits(_child!.Pid, process.Rlimits);
        }

        WriteProcess(isCreated: true);
        if (_options.PidFile is { } path)
        {
            PidFile.Write(path, _child!.Pid);
            _undo.Push(() => Folders.TryRemove(Fd.CurrentDirectory, KernelString.Of(path).Span));
        }

        if (!_channel!.TrySend(SyncMessage.Release))
        {
            throw new ContainerException($"creating the container: its first process {StartExchange.Ending(_child!.PidFd)} before it was released");
        }

        // From here on they are the namespace's: config-linux.md, "Namespace Lifecycle and Container Termination".
        _devices?.Dispose();
        _devices = null;
    }

    private void WriteProcess(bool isCreated)
    {
        _record = _record with { Pid = _child!.Pid, StartTime = ProcessIdentity.StartTimeOf(_child!.Pid), IsCreated = isCreated };
        _folder.WriteRecord(_record);
    }

    /// <summary>Undoes all that was done.</summary>
    /// <returns>What to throw: the reason, and what could not be undone.</returns>
    private Exception Abort(Exception reason)
    {
        string why = OomReason();
        string trouble = _undo.Unwind();

        // Hooks of any kind may have run since: what they did is undone by those that come last.
        if (_child is not null)
        {
            trouble += PoststopHooks.Run(_plan.Hooks, _record, _record.Bundle);
        }

        Dispose();
        return reason is LinuxException or ContainerException ? new ContainerException($"{reason.Message}{why}{trouble}") : reason;
    }

    // Whatever failed because the first process was gone: it was killed for want of memory.
    private string OomReason()
    {
        const int CLD_KILLED = 2;
        return _child is not null && Processes.TryPeek(_child.PidFd, out WaitInfo ending) && ending.Code == CLD_KILLED && ending.Status == (int)Signum.SIGKILL
            ? OomKills.Reason(_cgroups!.Cgroup, _oomKillsBefore)
            : "";
    }
}
