// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.Hooks;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>start.</summary>
public static class ContainerStarter
{
    /// <summary>Lets a created container's program run.</summary>
    /// <param name="hooks">Of the container's own copy of its config.json.</param>
    /// <param name="listener">Of the same config: of its seccomp filter, or null.</param>
    /// <param name="notifySocket">Where a service manager waits to hear that the container is ready: so does this, then. Null: nobody waits.</param>
    /// <returns>What went wrong with that: a warning; empty if nothing did.</returns>
    /// <exception cref="ContainerException">It does not run. The container is stopped if its program could not be executed.</exception>
    public static string Start(StateStore store, string id, HooksPlan hooks, SeccompListenerPlan? listener, string? notifySocket)
    {
        using ContainerFolder folder = store.Open(id);
        if (!folder.Lock() || ContainerQueries.TryTake(folder) is not { } snapshot)
        {
            throw new ContainerException($"{id}: {ContainerException.DoesNotExist}");
        }

        ContainerRecord record = snapshot.Record;
        CheckStatus(id, snapshot);
        using OwnedFd pidFd = ProcessIdentity.TryOpen(record) ?? throw new ContainerException($"{id}: {ContainerException.StartStopped}");
        Errno errno = folder.TryConnect(out OwnedFd? socket);
        if (socket is null)
        {
            throw new ContainerException($"starting the container: its first process does not listen: connect: {ErrnoText.Of(errno)}");
        }

        using SyncChannel channel = new(socket);
        using SeccompAgent? agent = SeccompAgent.Connect(listener);
        using ReadinessRelay? readiness = ReadinessRelay.Open(folder, notifySocket);
        channel.TrySend(SyncMessage.Start);
        StartExchange.Await(
            channel,
            pidFd.Borrow,
            "starting the container",
            (text, descriptor) => agent?.Deliver(channel, descriptor, text, pidFd.Borrow, record, ContainerStatus.Created),
            ContainerCgroup.Of(record));
        RunPoststart(folder, record, hooks);
        folder.Unlock();
        return readiness?.Await(pidFd.Borrow, record.Pid) ?? "";
    }

    private static void CheckStatus(string id, ContainerSnapshot snapshot)
    {
        string? refusal = snapshot.Status switch
        {
            ContainerStatus.Created when !snapshot.Record.HasProcess => "cannot start a container without a process: config.json has none (/process)",
            ContainerStatus.Created => null,
            ContainerStatus.Stopped => ContainerException.StartStopped,
            ContainerStatus.Paused => "cannot start a paused container",
            ContainerStatus.Creating => "cannot start a container that is being created",
            _ => ContainerException.StartRunning,
        };
        if (refusal is not null)
        {
            throw new ContainerException($"{id}: {refusal}");
        }
    }

    // runtime.md, "Lifecycle" 10: a poststart hook that fails stops the container, and it goes on to its clean-up.
    private static void RunPoststart(ContainerFolder folder, ContainerRecord record, HooksPlan hooks)
    {
        try
        {
            if (!hooks.Poststart.IsEmpty)
            {
                OtherThreads.AwaitParked();
                HookRunner.RunAll(hooks.Poststart, new HookMoment("poststart", record, ContainerStatus.Running, record.Pid));
            }
        }
        catch (Exception e) when (e is ContainerException or LinuxException)
        {
            string warnings = ContainerRemover.Remove(folder, record, hooks);
            throw new ContainerException($"{e.Message}{warnings}");
        }
    }
}
