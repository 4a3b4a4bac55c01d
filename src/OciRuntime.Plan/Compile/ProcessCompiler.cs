// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>process</c>. config.md, "Process".</summary>
internal static class ProcessCompiler
{
    private const uint DefaultUmask = 0x12 /* 0022 */;
    private const uint MaximumUmask = 0x1FF /* 0777 */;

    internal static ProcessPlan Compile(
        ProcessSpec process, NamespacePlan namespaces, HostFacts facts, ImmutableArray<string>.Builder warnings, List<SpecError> errors)
    {
        CheckUnsupported(process, errors);
        UserSpec user = process.User ?? new UserSpec();
        CheckUser(user, namespaces, errors);

        // Who enters a user namespace holds all capabilities in it.
        ulong grantable = namespaces.IsOwn(CloneFlags.CLONE_NEWUSER) ? CapabilityCompiler.All : facts.GrantableCapabilities;
        return new ProcessPlan
        {
            Args = CompileArgs(process.Args, errors),
            Env = EnvironmentCompiler.Compile(process.Env, "/process/env", errors),
            Cwd = CompileCwd(process.Cwd, errors),
            Terminal = process.Terminal,
            ConsoleHeight = CompileSize(process, process.ConsoleSize?.Height ?? 0, "/process/consoleSize/height", errors),
            ConsoleWidth = CompileSize(process, process.ConsoleSize?.Width ?? 0, "/process/consoleSize/width", errors),
            Uid = user.Uid,
            Gid = user.Gid,
            AdditionalGids = user.AdditionalGids,
            Umask = CompileUmask(user.Umask, errors),
            Capabilities = CapabilityCompiler.Compile(process.Capabilities, grantable, warnings),
            Rlimits = RlimitCompiler.Compile(process.Rlimits, errors),
            NoNewPrivileges = process.NoNewPrivileges,
            OomScoreAdj = CompileOomScore(process.OomScoreAdj, errors),
        };
    }

    private static ImmutableArray<KernelString> CompileArgs(ImmutableArray<string> args, List<SpecError> errors)
    {
        const string Path = "/process/args";
        if (args.IsEmpty)
        {
            Refuse.Missing(errors, Path);
            return [];
        }

        if (args[0].Length == 0)
        {
            Refuse.Value(errors, Path + "/0", args[0], "names no program");
        }

        return KernelText.MakeAll(args, Path, errors);
    }

    private static KernelString CompileCwd(string? cwd, List<SpecError> errors)
    {
        const string Path = "/process/cwd";
        if (string.IsNullOrEmpty(cwd))
        {
            Refuse.Missing(errors, Path);
            return default;
        }

        if (!PathText.IsAbsolute(cwd))
        {
            Refuse.Value(errors, Path, cwd, "is not an absolute path");
            return default;
        }

        _ = KernelText.TryMake(cwd, Path, errors, out KernelString path);
        return path;
    }

    private static ushort CompileSize(ProcessSpec process, uint size, string path, List<SpecError> errors)
    {
        if (!process.Terminal)
        {
            return 0;
        }

        // struct winsize has 16 bits for each.
        if (size > ushort.MaxValue)
        {
            Refuse.Number(errors, path, size, "is above 65535");
            return 0;
        }

        return (ushort)size;
    }

    private static uint CompileUmask(uint? umask, List<SpecError> errors)
    {
        if (umask is > MaximumUmask)
        {
            Refuse.Number(errors, "/process/user/umask", umask.Value, "is above 511, which is 0777");
        }

        return umask ?? DefaultUmask;
    }

    private static int? CompileOomScore(int? score, List<SpecError> errors)
    {
        if (score is < -1000 or > 1000)
        {
            Refuse.Number(errors, "/process/oomScoreAdj", score.Value, "is not within -1000 and 1000");
        }

        return score;
    }

    private static void CheckUser(UserSpec user, NamespacePlan namespaces, List<SpecError> errors)
    {
        bool mapped = (namespaces.New & CloneFlags.CLONE_NEWUSER) != 0;
        CheckId(user.Uid, "/process/user/uid", mapped ? namespaces.UidMap : [], errors);
        CheckId(user.Gid, "/process/user/gid", mapped ? namespaces.GidMap : [], errors);
        for (int i = 0; i < user.AdditionalGids.Length; i++)
        {
            uint gid = user.AdditionalGids[i];
            if (!IsUsable(gid, mapped ? namespaces.GidMap : []))
            {
                CheckId(gid, Refuse.At("/process/user/additionalGids", i), mapped ? namespaces.GidMap : [], errors);
            }
        }
    }

    private static bool IsUsable(uint id, ImmutableArray<IdMapping> map) =>
        id != uint.MaxValue && (map.IsEmpty || IdMapCompiler.Maps(map, id));

    private static void CheckId(uint id, string path, ImmutableArray<IdMapping> map, List<SpecError> errors)
    {
        if (id == uint.MaxValue)
        {
            Refuse.Number(errors, path, id, "means \"no id\" to the kernel");
        }
        else if (!IsUsable(id, map))
        {
            Refuse.Number(errors, path, id, "has no mapping in the container's user namespace");
        }
    }

    private static void CheckUnsupported(ProcessSpec process, List<SpecError> errors)
    {
        if (!string.IsNullOrEmpty(process.ApparmorProfile))
        {
            Refuse.Unsupported(errors, "/process/apparmorProfile");
        }

        if (!string.IsNullOrEmpty(process.SelinuxLabel))
        {
            Refuse.Unsupported(errors, "/process/selinuxLabel");
        }

        if (process.Scheduler is { } scheduler && AsksSomething(scheduler))
        {
            Refuse.Unsupported(errors, "/process/scheduler");
        }

        if (process.IoPriority is { } priority && (!string.IsNullOrEmpty(priority.Class) || priority.Priority is not null))
        {
            Refuse.Unsupported(errors, "/process/ioPriority");
        }
    }

    private static bool AsksSomething(SchedulerSpec scheduler) =>
        !string.IsNullOrEmpty(scheduler.Policy)
        || scheduler.Nice is not null || scheduler.Priority is not null
        || !scheduler.Flags.IsEmpty
        || scheduler.Runtime is not null || scheduler.Deadline is not null || scheduler.Period is not null;
}
