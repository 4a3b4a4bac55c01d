// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.State;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>What containers are, and how they are at this moment.</summary>
public static class ContainerQueries
{
    /// <exception cref="ContainerException">There is no such container, or its state can't be read.</exception>
    public static ContainerSnapshot Get(StateStore store, string id)
    {
        using ContainerFolder folder = store.Open(id);
        return Take(folder);
    }

    /// <summary>The processes of a container and of the groups that it made, in no order.</summary>
    public static List<int> ProcessesOf(StateStore store, string id)
    {
        ContainerCgroup cgroup = ContainerCgroup.Of(Get(store, id).Record);
        return cgroup.IsNone ? throw new ContainerException($"{id}: its processes are not known: it has no cgroup") : CgroupProcesses.All(cgroup);
    }

    /// <summary>All containers whose state can be read, sorted by id.</summary>
    /// <param name="unreadable">What was wrong with the others.</param>
    public static ImmutableArray<ContainerSnapshot> List(StateStore store, out ImmutableArray<string> unreadable)
    {
        ImmutableArray<ContainerSnapshot>.Builder snapshots = ImmutableArray.CreateBuilder<ContainerSnapshot>();
        ImmutableArray<string>.Builder troubles = ImmutableArray.CreateBuilder<string>();
        foreach (string id in store.Ids())
        {
            try
            {
                using ContainerFolder? folder = store.TryOpen(id);
                if (folder is not null && TryTake(folder) is { } snapshot)
                {
                    snapshots.Add(snapshot);
                }
            }
            catch (Exception e) when (e is ContainerException or LinuxException)
            {
                troubles.Add(e.Message);
            }
        }

        unreadable = troubles.DrainToImmutable();
        return snapshots.DrainToImmutable();
    }

    /// <summary>The container's own copy of its config.json, as it was at create.</summary>
    /// <returns>Empty where create was killed before it wrote one, or there is no such container.</returns>
    public static byte[] ReadConfig(StateStore store, string id)
    {
        using ContainerFolder? folder = store.TryOpen(id);
        return folder?.ReadConfig() ?? [];
    }

    /// <exception cref="ContainerException">Create was killed before it wrote a record.</exception>
    internal static ContainerSnapshot Take(ContainerFolder folder) => TryTake(folder) ?? throw new ContainerException(
        $"{folder.Id}: {ContainerException.DoesNotExist} (hint: its create was killed before it had a state; `ocirun delete --force {folder.Id}` cleans up)");

    /// <returns>Null where create was killed before it wrote a record.</returns>
    internal static ContainerSnapshot? TryTake(ContainerFolder folder) =>
        folder.ReadRecord() is { } record ? new ContainerSnapshot(record, StatusOf(folder, record)) : null;

    internal static ContainerStatus StatusOf(ContainerFolder folder, ContainerRecord record)
    {
        using OwnedFd? pidFd = ProcessIdentity.TryOpen(record);
        if (pidFd is null)
        {
            return record.Pid == 0 && folder.IsBusy() ? ContainerStatus.Creating : ContainerStatus.Stopped;
        }

        if (!record.IsCreated)
        {
            return ContainerStatus.Creating;
        }

        if (Freezer.IsFrozen(ContainerCgroup.Of(record)))
        {
            return ContainerStatus.Paused;
        }

        return folder.IsWaitingForStart() ? ContainerStatus.Created : ContainerStatus.Running;
    }
}
