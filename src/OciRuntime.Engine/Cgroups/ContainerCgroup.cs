// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Engine.State;

namespace OciRuntime.Engine.Cgroups;

/// <summary>A container's control group: one folder in each hierarchy.</summary>
/// <param name="Folders">Absolute.</param>
/// <param name="Controllers">What each folder's hierarchy has: <c>cpu,cpuacct</c>; empty for version 2.</param>
public readonly record struct ContainerCgroup(ImmutableArray<string> Folders, ImmutableArray<string> Controllers)
{
    internal static ContainerCgroup Of(ContainerRecord record) => new(record.CgroupFolders, record.CgroupControllers);

    /// <summary>Whether the container has none: it stays in the group of whoever made it.</summary>
    public bool IsNone => Folders.IsEmpty;

    /// <summary>Whether version 2 has all the controllers: there is one hierarchy, and it is of version 2.</summary>
    public bool IsVersion2 => Controllers.Length == 1 && Controllers[0].Length == 0;

    /// <summary>The version 2 folder, which may be beside those of version 1; null where there is none.</summary>
    public string? Unified
    {
        get
        {
            int index = Controllers.IndexOf("");
            return index < 0 ? null : Folders[index];
        }
    }

    /// <summary>The folder whose files are a controller's.</summary>
    /// <returns>Null where no hierarchy has it.</returns>
    public string? FolderOf(string controller) => IndexOf(controller) is >= 0 and int index ? Folders[index] : null;

    /// <returns>Of <see cref="FolderOf"/>; -1 where no hierarchy has the controller.</returns>
    public int IndexOf(string controller)
    {
        if (IsVersion2)
        {
            return 0;
        }

        for (int i = 0; i < Folders.Length; i++)
        {
            foreach (Range part in Controllers[i].AsSpan().Split(','))
            {
                if (Controllers[i].AsSpan(part).SequenceEqual(controller))
                {
                    return i;
                }
            }
        }

        return -1;
    }
}
