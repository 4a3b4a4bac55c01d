// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Stats;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>events: what a container uses, and that it ran out of memory, as lines of JSON.</summary>
public static class ContainerEvents
{
    /// <returns>One line of statistics.</returns>
    /// <exception cref="ContainerException">The container has stopped, or is not there.</exception>
    public static byte[] ReadStats(StateStore store, string id) => StatsJson.Stats(id, CgroupOf(store, id));

    /// <summary>Writes lines until the container's group is removed or, on version 2, empty.</summary>
    /// <param name="intervalMilliseconds">Between lines of statistics; the first one comes after one interval.</param>
    public static void Follow(StateStore store, string id, long intervalMilliseconds, Fd output)
    {
        const long NanosecondsPerMillisecond = 1_000_000;
        ContainerCgroup cgroup = CgroupOf(store, id);
        using OomWatch watch = OomWatch.Begin(cgroup);
        long interval = intervalMilliseconds * NanosecondsPerMillisecond;
        long next = Processes.MonotonicNanoseconds() + interval;
        while (true)
        {
            do
            {
                // Rounded up: half a millisecond is not to be waited for in a loop. And at least once, however long a line takes.
                long left = Math.Max(0, next - Processes.MonotonicNanoseconds());
                switch (watch.Await((left + NanosecondsPerMillisecond - 1) / NanosecondsPerMillisecond))
                {
                    case OomNews.Killed:
                        Files.Write(output, StatsJson.Oom(id));
                        break;
                    case OomNews.Ended:
                        return;
                    default:
                        break;
                }
            }
            while (Processes.MonotonicNanoseconds() < next);

            Files.Write(output, StatsJson.Stats(id, cgroup));
            next = Math.Max(next, Processes.MonotonicNanoseconds()) + interval;
        }
    }

    private static ContainerCgroup CgroupOf(StateStore store, string id)
    {
        ContainerSnapshot snapshot = ContainerQueries.Get(store, id);
        ContainerCgroup cgroup = ContainerCgroup.Of(snapshot.Record);
        if (snapshot.Status is ContainerStatus.Stopped or ContainerStatus.Creating)
        {
            throw new ContainerException($"container with id {id} is not running: it is {snapshot.StatusName}");
        }

        return cgroup.IsNone ? throw new ContainerException($"{id}: nothing is known of what it uses: it has no cgroup") : cgroup;
    }
}
