// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.Resctrl;
using OciRuntime.Engine.State;
using OciRuntime.Engine.Systemd;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>update: no other command changes the container meanwhile.</summary>
public sealed class ContainerUpdate : IDisposable
{
    private readonly ContainerFolder _folder;
    private readonly ContainerRecord _record;
    private readonly ContainerCgroup _cgroup;

    private ContainerUpdate(ContainerFolder folder, ContainerRecord record) =>
        (_folder, _record, _cgroup) = (folder, record, ContainerCgroup.Of(record));

    /// <summary>Whether a scope of systemd's has to be told, too.</summary>
    public bool HasUnit => _record.SystemdUnit is not null;

    public CgroupLayout Layout => _cgroup.IsVersion2 ? CgroupLayout.V2 : CgroupLayout.V1;

    /// <exception cref="ContainerException">It has stopped, or is not there.</exception>
    public static ContainerUpdate Begin(StateStore store, string id)
    {
        ContainerFolder folder = store.OpenLocked(id);
        try
        {
            ContainerSnapshot snapshot = ContainerQueries.Take(folder);
            return snapshot.Status is ContainerStatus.Created or ContainerStatus.Running or ContainerStatus.Paused
                ? new ContainerUpdate(folder, snapshot.Record)
                : throw new ContainerException($"{id}: {ContainerException.NotRunning}: it is {snapshot.StatusName}");
        }
        catch (Exception)
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>What new limits of version 2 may depend on.</summary>
    public CgroupFacts ReadFacts()
    {
        CgroupFacts facts = new();
        if (!_cgroup.IsVersion2)
        {
            return _cgroup.FolderOf("cpu") is { } v1 ? facts with
            {
                CpuQuota = CgroupLimits.ReadLine(v1, "cpu.cfs_quota_us"u8) ?? facts.CpuQuota,
                CpuPeriod = CgroupLimits.ReadLine(v1, "cpu.cfs_period_us"u8) ?? facts.CpuPeriod,
            } : facts;
        }

        string folder = _cgroup.Folders[0];
        string[] cpu = CgroupLimits.ReadLine(folder, "cpu.max"u8)?.Split(' ') ?? [facts.CpuQuota, facts.CpuPeriod];
        return facts with
        {
            CpuQuota = cpu[0],
            CpuPeriod = cpu[^1],
            MemoryLimit = Number(CgroupLimits.ReadLine(folder, "memory.max"u8), otherwise: -1),
            MemoryUsage = Number(CgroupLimits.ReadLine(folder, "memory.current"u8), otherwise: 0),
        };
    }

    /// <exception cref="Linux.LinuxException">One was refused; those before it are as they were.</exception>
    public void Apply(ImmutableArray<CgroupWrite> writes) => CgroupLimits.Change(_cgroup, writes);

    /// <summary>New lines for the schemata of the container's resctrl group.</summary>
    public void ApplySchemata(IReadOnlyList<string> lines) => ResctrlGroup.Change(_record.ResctrlFolders, lines);

    /// <summary>Likewise, and tells systemd.</summary>
    /// <exception cref="ContainerException">The files have the new limits, and systemd does not know of them.</exception>
    public void Apply(UnitUpdate update)
    {
        // The kernel first: what it refuses, systemd would not say.
        Apply(update.Writes);
        if (!update.Properties.IsEmpty)
        {
            ScopeUnit.Change(_record.IsSystemdUser, _record.SystemdUnit!, update.Properties);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static long Number(string? text, long otherwise) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : otherwise;
}
