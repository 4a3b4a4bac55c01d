// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.namespaces</c> and the maps of a user namespace. config-linux.md, "Namespaces".</summary>
internal static class NamespaceCompiler
{
    private const string Path = "/linux/namespaces";

    internal static NamespacePlan Compile(LinuxSpec linux, List<SpecError> errors)
    {
        CloneFlags made = CloneFlags.None;
        CloneFlags seen = CloneFlags.None;
        ImmutableArray<NamespaceJoin>.Builder joined = ImmutableArray.CreateBuilder<NamespaceJoin>();
        for (int i = 0; i < linux.Namespaces.Length; i++)
        {
            NamespaceSpec entry = linux.Namespaces[i];
            CloneFlags type = CompileType(entry, i, seen, errors);
            seen |= type;
            if (type == CloneFlags.None)
            {
                continue;
            }

            if (string.IsNullOrEmpty(entry.Path))
            {
                made |= type;
            }
            else if (CompilePath(entry.Path, i, errors) is { } path)
            {
                joined.Add(new NamespaceJoin(type, path, Refuse.At(Path, i)));
            }
        }

        // setns(2): from a user namespace there is no way back to a mount namespace outside of it.
        if ((seen & CloneFlags.CLONE_NEWUSER) != 0 && (seen & CloneFlags.CLONE_NEWNS) == 0)
        {
            Refuse.Rule(errors, Path, "has a user namespace, which needs a mount namespace beside it");
        }

        NamespacePlan plan = new() { New = made, Joined = joined.DrainToImmutable(), TimeOffsets = CompileOffsets(linux, made, seen, errors) };
        return CompileMaps(linux, plan, seen, errors);
    }

    private static CloneFlags CompileType(NamespaceSpec entry, int index, CloneFlags seen, List<SpecError> errors)
    {
        if (entry.Type is null)
        {
            Refuse.Missing(errors, Refuse.At(Path, index) + "/type");
            return CloneFlags.None;
        }

        CloneFlags type = FlagOf(entry.Type);
        if (type == CloneFlags.None)
        {
            Refuse.Value(errors, Refuse.At(Path, index) + "/type", entry.Type, "is not a type of namespace");
        }
        else if ((seen & type) != 0)
        {
            Refuse.Value(errors, Refuse.At(Path, index) + "/type", entry.Type, "stands in the list already");
        }

        return type;
    }

    // config-linux.md, "Namespaces".
    private static CloneFlags FlagOf(string type) => type switch
    {
        "pid" => CloneFlags.CLONE_NEWPID,
        "network" => CloneFlags.CLONE_NEWNET,
        "mount" => CloneFlags.CLONE_NEWNS,
        "ipc" => CloneFlags.CLONE_NEWIPC,
        "uts" => CloneFlags.CLONE_NEWUTS,
        "user" => CloneFlags.CLONE_NEWUSER,
        "cgroup" => CloneFlags.CLONE_NEWCGROUP,
        "time" => CloneFlags.CLONE_NEWTIME,
        _ => CloneFlags.None,
    };

    private static KernelString? CompilePath(string text, int index, List<SpecError> errors)
    {
        if (!PathText.IsAbsolute(text))
        {
            Refuse.Value(errors, Refuse.At(Path, index) + "/path", text, "is not an absolute path");
            return null;
        }

        if (!KernelString.TryCreate(text, out KernelString path))
        {
            Refuse.Value(errors, Refuse.At(Path, index) + "/path", text, Refuse.ContainsNul);
            return null;
        }

        return path;
    }

    private static ImmutableArray<TimeOffset> CompileOffsets(LinuxSpec linux, CloneFlags made, CloneFlags seen, List<SpecError> errors)
    {
        const string OffsetsPath = "/linux/timeOffsets";
        if (linux.TimeOffsets.IsEmpty)
        {
            return [];
        }

        if ((made & CloneFlags.CLONE_NEWTIME) == 0)
        {
            bool isJoined = (seen & CloneFlags.CLONE_NEWTIME) != 0;
            Refuse.Rule(errors, OffsetsPath, isJoined ? "can't be set in a time namespace that is joined" : "needs a new time namespace");
        }

        ImmutableArray<TimeOffset>.Builder offsets = ImmutableArray.CreateBuilder<TimeOffset>();
        foreach ((string clock, TimeOffsetSpec offset) in linux.TimeOffsets)
        {
            const uint SecondInNanoseconds = 1_000_000_000;
            string path = Refuse.Member(OffsetsPath, clock);
            if (clock is not ("monotonic" or "boottime"))
            {
                Refuse.Value(errors, OffsetsPath, clock, "is not a clock of a time namespace: they are monotonic and boottime");
            }
            else if (offset.Nanosecs >= SecondInNanoseconds)
            {
                Refuse.Number(errors, path + "/nanosecs", offset.Nanosecs, "is a second or more");
            }

            offsets.Add(new TimeOffset(clock, offset.Secs, offset.Nanosecs));
        }

        return offsets.DrainToImmutable();
    }

    private static NamespacePlan CompileMaps(LinuxSpec linux, NamespacePlan plan, CloneFlags seen, List<SpecError> errors)
    {
        const string UidPath = "/linux/uidMappings";
        const string GidPath = "/linux/gidMappings";
        ImmutableArray<IdMapping> uids = IdMapCompiler.Compile(linux.UidMappings, UidPath, errors);
        ImmutableArray<IdMapping> gids = IdMapCompiler.Compile(linux.GidMappings, GidPath, errors);
        CheckMap(linux.UidMappings.IsEmpty, UidPath, plan.New, seen, errors);
        CheckMap(linux.GidMappings.IsEmpty, GidPath, plan.New, seen, errors);
        return uids.IsEmpty && gids.IsEmpty ? plan : plan with { UidMap = uids, GidMap = gids };
    }

    private static void CheckMap(bool isEmpty, string path, CloneFlags made, CloneFlags seen, List<SpecError> errors)
    {
        if (isEmpty && (made & CloneFlags.CLONE_NEWUSER) != 0)
        {
            Refuse.Rule(errors, path, "is required with a new user namespace");
        }

        // With a joined one they are legal: containerd and CRI-O say there what its maps are, and create looks whether that is so.
        if (!isEmpty && (seen & CloneFlags.CLONE_NEWUSER) == 0)
        {
            Refuse.Rule(errors, path, "needs a user namespace");
        }
    }
}
