// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Cgroups;

/// <summary>Where a container's control group lies: one folder in each hierarchy of the host.</summary>
public sealed class CgroupPlacement
{
    private CgroupPlacement(CgroupLayout layout, List<CgroupHierarchy> hierarchies, ImmutableArray<string> folders) =>
        (Layout, Hierarchies, Folders) = (layout, hierarchies, folders);

    /// <summary>No group of its own: the container stays in the runtime's.</summary>
    public static CgroupPlacement None(CgroupLayout layout) => new(layout, [], []);

    public CgroupLayout Layout { get; }

    public IReadOnlyList<CgroupHierarchy> Hierarchies { get; }

    /// <summary>Absolute, in the order of the hierarchies.</summary>
    public ImmutableArray<string> Folders { get; }

    /// <param name="path"><c>linux.cgroupsPath</c>, or null: below the runtime's own group.</param>
    public static CgroupPlacement Choose(CgroupLayout layout, string? path, string id)
    {
        List<CgroupHierarchy> hierarchies = CgroupHierarchy.Detect(layout);

        ImmutableArray<string>.Builder folders = ImmutableArray.CreateBuilder<string>(hierarchies.Count);
        foreach (CgroupHierarchy hierarchy in hierarchies)
        {
            folders.Add(Join(hierarchy.MountPoint, FolderIn(hierarchy, path, id)));
        }

        return new CgroupPlacement(layout, hierarchies, folders.MoveToImmutable());
    }

    /// <summary>The same without what is only needed to make it.</summary>
    public ContainerCgroup Cgroup
    {
        get
        {
            ImmutableArray<string>.Builder controllers = ImmutableArray.CreateBuilder<string>(Hierarchies.Count);
            foreach (CgroupHierarchy hierarchy in Hierarchies)
            {
                controllers.Add(hierarchy.Controllers);
            }

            return new ContainerCgroup(Folders, controllers.MoveToImmutable());
        }
    }

    private static string FolderIn(CgroupHierarchy hierarchy, string? path, string id)
    {
        if (path is not null && path.StartsWith('/'))
        {
            return path;
        }

        // cgroups(7): a version 2 group that has processes can't give controllers to its children, and ours has: this one.
        string own = hierarchy.OwnPath;
        string start = hierarchy.IsVersion2 && own.Length > 1 ? own[..Math.Max(1, own.LastIndexOf('/'))] : own;
        return Join(start, path ?? id);
    }

    private static string Join(string folder, string name) => $"{folder.TrimEnd('/')}/{name.TrimStart('/')}";
}
