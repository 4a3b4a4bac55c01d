// SPDX-License-Identifier: Apache-2.0
using System;
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

    /// <param name="linux">What the container's config says of each of its programs.</param>
    internal static ProcessPlan Compile(
        ProcessSpec process,
        LinuxSpec linux,
        NamespacePlan namespaces,
        HostFacts facts,
        ImmutableArray<string>.Builder warnings,
        List<SpecError> errors)
    {
        UserSpec user = process.User ?? new UserSpec();
        CheckUser(user, namespaces, errors);

        // Who enters a user namespace holds all capabilities in it.
        ulong grantable = namespaces.IsOwn(CloneFlags.CLONE_NEWUSER) ? CapabilityCompiler.All : facts.GrantableCapabilities;
        return new ProcessPlan
        {
            Args = CompileArgs(process.Args, errors),
            Env = CompileEnv(process.Env, errors),
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
            Scheduler = SchedulingCompiler.CompileScheduler(process.Scheduler, linux.Resources?.Cpu, errors),
            IoPriority = SchedulingCompiler.CompileIoPriority(process.IoPriority, errors),
            Personality = PersonalityCompiler.Compile(linux.Personality, errors),
            MemoryPolicy = MemoryPolicyCompiler.Compile(linux.MemoryPolicy, errors),
            ExecAffinity = SchedulingCompiler.CompileAffinity(process.ExecCpuAffinity, errors),
            ApparmorProfile = CompileLabel(process.ApparmorProfile, "/process/apparmorProfile", errors),
            SelinuxLabel = CompileLabel(process.SelinuxLabel, "/process/selinuxLabel", errors),
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

    // As with runc, an empty HOME is a missing one: the container's passwd file is asked.
    private static ImmutableArray<KernelString> CompileEnv(ImmutableArray<string> entries, List<SpecError> errors)
    {
        ImmutableArray<KernelString> variables = EnvironmentCompiler.Compile(entries, "/process/env", errors);
        for (int i = 0; i < variables.Length; i++)
        {
            if (variables[i].Text.SequenceEqual("HOME="u8))
            {
                return variables.RemoveAt(i);
            }
        }

        return variables;
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

    private static KernelString? CompileLabel(string? label, string path, List<SpecError> errors) =>
        !string.IsNullOrEmpty(label) && KernelText.TryMake(label, path, errors, out KernelString made) ? made : null;

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
}
