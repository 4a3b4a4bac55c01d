// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>Id mappings to lines of <c>/proc/PID/uid_map</c>. user_namespaces(7).</summary>
internal static class IdMapCompiler
{
    // include/linux/user_namespace.h, UID_GID_MAP_MAX_EXTENTS.
    private const int MaximumLines = 340;

    internal static ImmutableArray<IdMapping> Compile(ImmutableArray<IdMappingSpec> mappings, string path, List<SpecError> errors)
    {
        if (mappings.Length > MaximumLines)
        {
            Refuse.Number(errors, path, mappings.Length, "mappings are more than the 340 that the kernel takes");
            return [];
        }

        ImmutableArray<IdMapping>.Builder lines = ImmutableArray.CreateBuilder<IdMapping>(mappings.Length);
        for (int i = 0; i < mappings.Length; i++)
        {
            if (CompileLine(mappings[i], path, i, errors) is { } line && !Overlaps(lines, line, path, i, errors))
            {
                lines.Add(line);
            }
        }

        return lines.DrainToImmutable();
    }

    internal static bool Maps(ImmutableArray<IdMapping> lines, uint containerId)
    {
        foreach (IdMapping line in lines)
        {
            if (containerId >= line.ContainerId && containerId - line.ContainerId < line.Size)
            {
                return true;
            }
        }

        return false;
    }

    private static IdMapping? CompileLine(IdMappingSpec mapping, string path, int index, List<SpecError> errors)
    {
        if (mapping is not { ContainerId: { } containerId, HostId: { } hostId, Size: { } size })
        {
            string missing = mapping.ContainerId is null ? "/containerID" : mapping.HostId is null ? "/hostID" : "/size";
            Refuse.Missing(errors, Refuse.At(path, index) + missing);
            return null;
        }

        if (size == 0)
        {
            Refuse.Number(errors, Refuse.At(path, index) + "/size", size, "maps no id");
            return null;
        }

        // The id 4294967295 means "none" to the kernel, so a range ends below it.
        if (size > uint.MaxValue - containerId || size > uint.MaxValue - hostId)
        {
            Refuse.Number(errors, Refuse.At(path, index) + "/size", size, "reaches beyond the last id, 4294967294");
            return null;
        }

        return new IdMapping(containerId, hostId, size);
    }

    private static bool Overlaps(
        ImmutableArray<IdMapping>.Builder lines, IdMapping line, string path, int index, List<SpecError> errors)
    {
        foreach (IdMapping other in lines)
        {
            bool inContainer = Overlap(line.ContainerId, line.Size, other.ContainerId, other.Size);
            if (inContainer || Overlap(line.HostId, line.Size, other.HostId, other.Size))
            {
                string member = inContainer ? "/containerID" : "/hostID";
                uint id = inContainer ? line.ContainerId : line.HostId;
                Refuse.Number(errors, Refuse.At(path, index) + member, id, "starts a range that overlaps an earlier mapping");
                return true;
            }
        }

        return false;
    }

    private static bool Overlap(uint first, uint firstSize, uint second, uint secondSize) =>
        first < (ulong)second + secondSize && second < (ulong)first + firstSize;
}
