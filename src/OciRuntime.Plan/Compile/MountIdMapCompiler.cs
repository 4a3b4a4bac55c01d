// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>uidMappings</c> and <c>gidMappings</c> of a mount, and its options idmap and ridmap. config.md, "Mounts".</summary>
internal static class MountIdMapCompiler
{
    private const string OnlyForBinds = "is only for a bind mount";

    /// <returns>Null where nothing asks for a map, or what asks is wrong.</returns>
    internal static MountIdMap? Compile(
        MountSpec mount, MountOptions options, bool isBind, string origin, NamespacePlan namespaces, List<SpecError> errors)
    {
        bool hasUids = !mount.UidMappings.IsEmpty;
        bool hasGids = !mount.GidMappings.IsEmpty;
        if (options.IdMapIndex < 0 && !hasUids && !hasGids)
        {
            return null;
        }

        if (!isBind)
        {
            RefuseOther(mount, options, hasUids, hasGids, origin, errors);
            return null;
        }

        if (!hasUids && !hasGids)
        {
            return CompileImplied(mount, options, origin, namespaces, errors);
        }

        if (!hasUids || !hasGids)
        {
            Refuse.Rule(
                errors, origin + (hasUids ? "/gidMappings" : "/uidMappings"), "is required: an id-mapped mount has both uidMappings and gidMappings");
            return null;
        }

        ImmutableArray<IdMapping> uids = IdMapCompiler.Compile(mount.UidMappings, origin + "/uidMappings", errors);
        ImmutableArray<IdMapping> gids = IdMapCompiler.Compile(mount.GidMappings, origin + "/gidMappings", errors);
        bool isContainers = (namespaces.New & CloneFlags.CLONE_NEWUSER) != 0
            && uids.AsSpan().SequenceEqual(namespaces.UidMap.AsSpan()) && gids.AsSpan().SequenceEqual(namespaces.GidMap.AsSpan());
        return isContainers ? new MountIdMap(options.IsIdMapRecursive, [], []) : new MountIdMap(options.IsIdMapRecursive, uids, gids);
    }

    // The maps of the container's user namespace, which a namespace that is joined may have from anywhere.
    private static MountIdMap? CompileImplied(
        MountSpec mount, MountOptions options, string origin, NamespacePlan namespaces, List<SpecError> errors)
    {
        if (!namespaces.IsOwn(CloneFlags.CLONE_NEWUSER))
        {
            Refuse.Value(
                errors, Refuse.At(origin + "/options", options.IdMapIndex), mount.Options[options.IdMapIndex],
                "needs uidMappings and gidMappings, or a user namespace of the container's own");
            return null;
        }

        return new MountIdMap(options.IsIdMapRecursive, [], []);
    }

    private static void RefuseOther(MountSpec mount, MountOptions options, bool hasUids, bool hasGids, string origin, List<SpecError> errors)
    {
        if (options.IdMapIndex >= 0)
        {
            Refuse.Value(errors, Refuse.At(origin + "/options", options.IdMapIndex), mount.Options[options.IdMapIndex], OnlyForBinds);
        }

        if (hasUids)
        {
            Refuse.Rule(errors, origin + "/uidMappings", OnlyForBinds);
        }

        if (hasGids)
        {
            Refuse.Rule(errors, origin + "/gidMappings", OnlyForBinds);
        }
    }
}
