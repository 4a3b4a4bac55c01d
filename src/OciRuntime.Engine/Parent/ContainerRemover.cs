// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.Resctrl;
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>delete, from whatever state a container is in.</summary>
public static class ContainerRemover
{
    /// <param name="force">Also a running container, and what a killed create left. That there is nothing is no error then.</param>
    /// <param name="hooks">Of the container's own copy of its config.json.</param>
    /// <returns>What went wrong with poststop hooks: warnings; empty if nothing did.</returns>
    public static string Delete(StateStore store, string id, bool force, HooksPlan hooks)
    {
        using ContainerFolder? folder = store.TryOpen(id);
        if (folder is null)
        {
            return force ? "" : throw new ContainerException($"{id}: {ContainerException.DoesNotExist}");
        }

        if (force)
        {
            // Before the lock: whoever holds it may be waiting for this very process.
            KillFirstProcess(TryReadRecord(folder));
        }

        if (!folder.Lock())
        {
            return force ? "" : throw new ContainerException($"{id}: {ContainerException.DoesNotExist}");
        }

        if (force)
        {
            return Remove(folder, TryReadRecord(folder), hooks);
        }

        ContainerSnapshot? snapshot = ContainerQueries.TryTake(folder);
        if (snapshot is { Status: not (ContainerStatus.Stopped or ContainerStatus.Created) })
        {
            throw new ContainerException($"cannot delete container {id} that is not stopped: {snapshot.StatusName}");
        }

        return Remove(folder, snapshot?.Record, hooks);
    }

    /// <summary>Kills what is left of a container and removes all that was made for it. The caller holds its lock.</summary>
    /// <param name="hookFolder">Where the poststop hooks start; null: where the caller is.</param>
    internal static string Remove(ContainerFolder folder, ContainerRecord? record, HooksPlan hooks, string? hookFolder = null)
    {
        KillFirstProcess(record);
        if (record is not null)
        {
            CgroupRemoval.Remove(record);
            ResctrlGroup.Remove(record.ResctrlMade);
        }

        folder.Remove();
        return record is null ? "" : PoststopHooks.Run(hooks, record, hookFolder);
    }

    /// <summary>The end of a run in the foreground: somebody else may be deleting the container already.</summary>
    internal static string RemoveEnded(ContainerFolder folder, ContainerRecord record, HooksPlan hooks)
    {
        if (folder.Lock())
        {
            return Remove(folder, record, hooks, record.Bundle);
        }

        return "";
    }

    private static ContainerRecord? TryReadRecord(ContainerFolder folder)
    {
        try
        {
            return folder.ReadRecord();
        }
        catch (ContainerException)
        {
            // A damaged record must not keep the folder alive: --force is what its error recommends.
            return null;
        }
    }

    private static void KillFirstProcess(ContainerRecord? record)
    {
        using OwnedFd? pidFd = record is null ? null : ProcessIdentity.TryOpen(record);
        if (pidFd is null)
        {
            return;
        }

        const long RefreezeMilliseconds = 100;
        const long PatienceNanoseconds = 10_000_000_000;
        long end = Processes.MonotonicNanoseconds() + PatienceNanoseconds;
        _ = Processes.TrySignal(pidFd.Borrow, (int)Signum.SIGKILL);
        Span<PollEntry> entry = [new PollEntry { Descriptor = pidFd.Borrow.Number, Events = PollEntry.POLLIN }];
        do
        {
            if (Processes.MonotonicNanoseconds() > end)
            {
                throw new ContainerException(
                    $"deleting {record!.Id}: its first process {record.Pid} was sent SIGKILL 10 s ago and has not ended (hint: it waits in the kernel, perhaps for processes of its PID namespace that have ended and whose parents do not reap them)");
            }

            // A frozen process of version 1 does not die, and a pause that is under way may freeze it once more.
            _ = Freezer.TryThaw(ContainerCgroup.Of(record!));
        }
        while (Processes.Poll(entry, RefreezeMilliseconds) == 0);
    }
}
