// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec.Json;

// config.md, "Process" and its POSIX and Linux parts.
public static partial class SpecReader
{
    private static ProcessSpec? ReadProcess(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        // The members that every config has are locals; the rarer ones cost a copy of what is gathered so far.
        ProcessSpec rare = new();
        UserSpec? user = null;
        CapabilitiesSpec? capabilities = null;
        ImmutableArray<string> args = [], env = [];
        ImmutableArray<RlimitSpec> rlimits = [];
        string? cwd = null;
        bool terminal = false, noNewPrivileges = false;
        while (json.NextMember())
        {
            if (json.Named("terminal"u8)) { terminal = json.Boolean() ?? false; }
            else if (json.Named("user"u8)) { user = ReadUser(ref json); }
            else if (json.Named("args"u8)) { args = json.Strings() ?? []; }
            else if (json.Named("env"u8)) { env = json.Strings() ?? []; }
            else if (json.Named("cwd"u8)) { cwd = json.String(); }
            else if (json.Named("capabilities"u8)) { capabilities = ReadCapabilities(ref json); }
            else if (json.Named("rlimits"u8)) { rlimits = ReadRlimits(ref json); }
            else if (json.Named("noNewPrivileges"u8)) { noNewPrivileges = json.Boolean() ?? false; }
            else { rare = ReadRareOfProcess(ref json, rare); }
        }

        return rare with
        {
            User = user, Capabilities = capabilities, Args = args, Env = env, Rlimits = rlimits,
            Cwd = cwd, Terminal = terminal, NoNewPrivileges = noNewPrivileges,
        };
    }

    private static ProcessSpec ReadRareOfProcess(ref JsonCursor json, ProcessSpec process)
    {
        if (json.Named("apparmorProfile"u8)) { return process with { ApparmorProfile = json.String() }; }
        if (json.Named("oomScoreAdj"u8)) { return process with { OomScoreAdj = json.Int32() }; }
        if (json.Named("selinuxLabel"u8)) { return process with { SelinuxLabel = json.String() }; }
        if (json.Named("consoleSize"u8)) { return process with { ConsoleSize = ReadConsoleSize(ref json) }; }
        if (json.Named("scheduler"u8)) { return process with { Scheduler = ReadScheduler(ref json) }; }
        if (json.Named("ioPriority"u8)) { return process with { IoPriority = ReadIoPriority(ref json) }; }
        if (json.Named("execCPUAffinity"u8)) { return process with { ExecCpuAffinity = ReadExecCpuAffinity(ref json) }; }

        json.Skip();
        return process;
    }

    private static ConsoleSizeSpec? ReadConsoleSize(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        uint height = 0, width = 0;
        while (json.NextMember())
        {
            if (json.Named("height"u8)) { height = json.UInt32() ?? 0; }
            else if (json.Named("width"u8)) { width = json.UInt32() ?? 0; }
            else { json.Skip(); }
        }

        return new ConsoleSizeSpec { Height = height, Width = width };
    }

    private static UserSpec? ReadUser(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        uint uid = 0, gid = 0;
        uint? umask = null;
        ImmutableArray<uint> additionalGids = [];
        while (json.NextMember())
        {
            if (json.Named("uid"u8)) { uid = json.UInt32() ?? 0; }
            else if (json.Named("gid"u8)) { gid = json.UInt32() ?? 0; }
            else if (json.Named("umask"u8)) { umask = json.UInt32(); }
            else if (json.Named("additionalGids"u8)) { additionalGids = json.UInt32s() ?? []; }
            else { json.Skip(); }
        }

        return new UserSpec { Uid = uid, Gid = gid, Umask = umask, AdditionalGids = additionalGids };
    }

    private static CapabilitiesSpec? ReadCapabilities(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        ImmutableArray<string>? bounding = null, effective = null, inheritable = null, permitted = null, ambient = null;
        while (json.NextMember())
        {
            if (json.Named("bounding"u8)) { bounding = json.Strings(); }
            else if (json.Named("effective"u8)) { effective = json.Strings(); }
            else if (json.Named("inheritable"u8)) { inheritable = json.Strings(); }
            else if (json.Named("permitted"u8)) { permitted = json.Strings(); }
            else if (json.Named("ambient"u8)) { ambient = json.Strings(); }
            else { json.Skip(); }
        }

        return new CapabilitiesSpec
        {
            Bounding = bounding, Effective = effective, Inheritable = inheritable, Permitted = permitted, Ambient = ambient,
        };
    }

    private static ImmutableArray<RlimitSpec> ReadRlimits(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<RlimitSpec> rlimits = [];
        while (json.NextElement())
        {
            if (ReadRlimit(ref json) is { } element)
            {
                rlimits.Add(element);
            }
        }

        return JsonCursor.Freeze(rlimits);
    }

    private static RlimitSpec? ReadRlimit(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? type = null;
        ulong? hard = null, soft = null;
        while (json.NextMember())
        {
            if (json.Named("type"u8)) { type = json.String(); }
            else if (json.Named("hard"u8)) { hard = json.UInt64(); }
            else if (json.Named("soft"u8)) { soft = json.UInt64(); }
            else { json.Skip(); }
        }

        return new RlimitSpec { Type = type, Hard = hard, Soft = soft };
    }

    private static SchedulerSpec? ReadScheduler(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? policy = null;
        int? nice = null, priority = null;
        ImmutableArray<string> flags = [];
        ulong? runtime = null, deadline = null, period = null;
        while (json.NextMember())
        {
            if (json.Named("policy"u8)) { policy = json.String(); }
            else if (json.Named("nice"u8)) { nice = json.Int32(); }
            else if (json.Named("priority"u8)) { priority = json.Int32(); }
            else if (json.Named("flags"u8)) { flags = json.Strings() ?? []; }
            else if (json.Named("runtime"u8)) { runtime = json.UInt64(); }
            else if (json.Named("deadline"u8)) { deadline = json.UInt64(); }
            else if (json.Named("period"u8)) { period = json.UInt64(); }
            else { json.Skip(); }
        }

        return new SchedulerSpec
        {
            Policy = policy, Nice = nice, Priority = priority, Flags = flags, Runtime = runtime, Deadline = deadline,
            Period = period,
        };
    }

    private static IoPrioritySpec? ReadIoPriority(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? ioClass = null;
        int? priority = null;
        while (json.NextMember())
        {
            if (json.Named("class"u8)) { ioClass = json.String(); }
            else if (json.Named("priority"u8)) { priority = json.Int32(); }
            else { json.Skip(); }
        }

        return new IoPrioritySpec { Class = ioClass, Priority = priority };
    }

    private static ExecCpuAffinitySpec? ReadExecCpuAffinity(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? initial = null, final = null;
        while (json.NextMember())
        {
            if (json.Named("initial"u8)) { initial = json.String(); }
            else if (json.Named("final"u8)) { final = json.String(); }
            else { json.Skip(); }
        }

        return new ExecCpuAffinitySpec { Initial = initial, Final = final };
    }
}
