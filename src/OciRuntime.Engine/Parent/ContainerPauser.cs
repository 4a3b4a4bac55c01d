// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.State;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>pause and resume.</summary>
public static class ContainerPauser
{
    /// <summary>Stops every process of a container where it is, and waits until all of them stand still.</summary>
    /// <exception cref="ContainerException">It is neither created nor running, or not all could be stopped: then they go on.</exception>
    public static void Pause(StateStore store, string id)
    {
        using ContainerFolder folder = store.OpenLocked(id);
        ContainerSnapshot snapshot = ContainerQueries.Take(folder);
        using OwnedFd? pidFd = ProcessIdentity.TryOpen(snapshot.Record);
        if (pidFd is null || snapshot.Status is not (ContainerStatus.Created or ContainerStatus.Running))
        {
            throw new ContainerException($"{id}: {ContainerException.NotRunning}: it is {snapshot.StatusName}");
        }

        Freezer.Freeze(ContainerCgroup.Of(snapshot.Record), pidFd.Borrow);
    }

    /// <exception cref="ContainerException">It is not paused.</exception>
    public static void Resume(StateStore store, string id)
    {
        using ContainerFolder folder = store.OpenLocked(id);
        ContainerSnapshot snapshot = ContainerQueries.Take(folder);
        if (snapshot.Status != ContainerStatus.Paused)
        {
            throw new ContainerException($"{id}: {ContainerException.NotPaused}: it is {snapshot.StatusName}");
        }

        Freezer.Thaw(ContainerCgroup.Of(snapshot.Record));
    }
}
