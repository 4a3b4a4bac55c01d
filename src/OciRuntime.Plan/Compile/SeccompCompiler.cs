// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.seccomp</c> to a program for the kernel. config-linux.md, "Seccomp"; where that is silent, as runc with libseccomp.</summary>
internal static class SeccompCompiler
{
    private const string Path = "/linux/seccomp";
    private const string Notify = "SCMP_ACT_NOTIFY";

    /// <summary>The kernel takes no more as an error number. include/linux/err.h, MAX_ERRNO.</summary>
    private const uint HighestErrno = 4095;

    private const uint DefaultErrno = (uint)Errno.EPERM;

    /// <summary>Null where the section asks for nothing.</summary>
    internal static SeccompPlan? Compile(SeccompSpec? spec, SeccompArchitecture native, List<SpecError> errors)
    {
        if (spec is null || !AsksSomething(spec))
        {
            return null;
        }

        int before = errors.Count;
        SeccompFilterFlags flags = CompileFlags(spec, errors);
        uint verdict = CompileAction(spec.DefaultAction, spec.DefaultErrnoRet, Path, "/defaultAction", "/defaultErrnoRet", errors);
        if (spec.DefaultAction == Notify)
        {
            Refuse.Rule(errors, Path + "/defaultAction", $"{Notify} cannot be used as default action");
        }

        SeccompProfile profile = new(verdict);
        AddArchitectures(profile, spec.Architectures, native, errors);
        for (int i = 0; i < spec.Syscalls.Length; i++)
        {
            AddRules(profile, spec.Syscalls[i], i, errors);
        }

        SeccompListenerPlan? listener = CompileListener(spec, profile, errors);
        if (errors.Count != before)
        {
            return null;
        }

        ImmutableArray<SockFilter> program = new SeccompFilterCompiler(profile).Compile();
        if (program.Length > SockFilter.MaximumLength)
        {
            Refuse.Rule(errors, Path + "/syscalls", $"makes a filter of {program.Length} instructions, the kernel takes {SockFilter.MaximumLength}");
        }

        return new SeccompPlan
        {
            Program = program,
            Flags = listener is null ? flags : flags | SeccompFilterFlags.SECCOMP_FILTER_FLAG_NEW_LISTENER,
            Listener = listener,
        };
    }

    private static bool AsksSomething(SeccompSpec seccomp) =>
        !string.IsNullOrEmpty(seccomp.DefaultAction) || !seccomp.Syscalls.IsEmpty
        || !string.IsNullOrEmpty(seccomp.ListenerPath) || !string.IsNullOrEmpty(seccomp.ListenerMetadata)
        || seccomp.Flags is { IsEmpty: false };

    private static SeccompFilterFlags CompileFlags(SeccompSpec spec, List<SpecError> errors)
    {
        if (spec.Flags is not { } names)
        {
            // Without it every filtered process pays for a mitigation (spec_store_bypass) that it can ask for itself; so does runc.
            return SeccompFilterFlags.SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        }

        SeccompFilterFlags flags = SeccompFilterFlags.None;
        for (int i = 0; i < names.Length; i++)
        {
            switch (names[i])
            {
                case "SECCOMP_FILTER_FLAG_TSYNC":
                    // The process that loads the filter has one thread.
                    break;
                case "SECCOMP_FILTER_FLAG_LOG":
                    flags |= SeccompFilterFlags.SECCOMP_FILTER_FLAG_LOG;
                    break;
                case "SECCOMP_FILTER_FLAG_SPEC_ALLOW":
                    flags |= SeccompFilterFlags.SECCOMP_FILTER_FLAG_SPEC_ALLOW;
                    break;
                case "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" when FindNotify(spec) >= 0:
                    flags |= SeccompFilterFlags.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
                    break;
                case "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV":
                    Refuse.Value(errors, Refuse.At(Path + "/flags", i), names[i], $"needs a system call with {Notify}");
                    break;
                default:
                    Refuse.Value(errors, Refuse.At(Path + "/flags", i), names[i], "is not a flag of seccomp(2) that a profile may set");
                    break;
            }
        }

        return flags;
    }

    private static void AddArchitectures(
        SeccompProfile profile, ImmutableArray<string> names, SeccompArchitecture native, List<SpecError> errors)
    {
        profile.Architectures.Add(native);
        for (int i = 0; i < names.Length; i++)
        {
            if (!SeccompArchitectures.TryParse(names[i], out SeccompArchitecture architecture))
            {
                Refuse.Value(errors, Refuse.At(Path + "/architectures", i), names[i], "is not an architecture that seccomp knows");
            }
            else if (!profile.Architectures.Contains(architecture))
            {
                profile.Architectures.Add(architecture);
            }
        }
    }

    private static void AddRules(SeccompProfile profile, SeccompSyscallSpec spec, int index, List<SpecError> errors)
    {
        int before = errors.Count;
        string path = Refuse.At(Path + "/syscalls", index);
        if (spec.Names.IsEmpty)
        {
            Refuse.Missing(errors, path + "/names");
        }

        uint verdict = CompileAction(spec.Action, spec.ErrnoRet, path, "/action", "/errnoRet", errors);
        List<SeccompRule> rules = CompileRules(spec.Args, verdict, path, errors);
        CheckNames(spec, path, errors);
        if (errors.Count == before)
        {
            foreach (string name in spec.Names)
            {
                profile.Add(name, verdict, rules);
            }
        }
    }

    private static void CheckNames(SeccompSyscallSpec spec, string path, List<SpecError> errors)
    {
        for (int i = 0; i < spec.Names.Length; i++)
        {
            if (spec.Names[i].Length == 0)
            {
                Refuse.Value(errors, Refuse.At(path + "/names", i), "", "is not the name of a system call");
            }
            else if (spec.Action == Notify && spec.Names[i] == "write")
            {
                // As runc, and in its words: with this call it hands the listener on itself.
                Refuse.Rule(errors, Refuse.At(path + "/names", i), $"{Notify} cannot be used for the write syscall");
            }
        }
    }

    /// <summary>One rule with all conditions; one for each where an argument has several, as with every peer. None without conditions.</summary>
    private static List<SeccompRule> CompileRules(ImmutableArray<SeccompArgSpec> args, uint verdict, string path, List<SpecError> errors)
    {
        if (args.IsEmpty)
        {
            return [];
        }

        SeccompCondition[] conditions = new SeccompCondition[args.Length];
        int seen = 0;
        bool isSplit = false;
        for (int i = 0; i < args.Length; i++)
        {
            conditions[i] = CompileCondition(args[i], Refuse.At(path + "/args", i), errors);
            isSplit |= (seen & (1 << conditions[i].Argument)) != 0;
            seen |= 1 << conditions[i].Argument;
        }

        // A mask of 0 is no condition.
        if (!isSplit)
        {
            conditions = Array.FindAll(conditions, static condition => condition.Mask != 0);
            return conditions.Length == 0 ? [] : [new SeccompRule(verdict, conditions)];
        }

        List<SeccompRule> rules = new(conditions.Length);
        foreach (SeccompCondition condition in conditions)
        {
            if (condition.Mask == 0)
            {
                return [];
            }

            rules.Add(new SeccompRule(verdict, [condition]));
        }

        return rules;
    }

    private static SeccompCondition CompileCondition(SeccompArgSpec spec, string path, List<SpecError> errors)
    {
        if (spec.Index is not { } index)
        {
            Refuse.Missing(errors, path + "/index");
            index = 0;
        }

        if (index >= SeccompData.ArgumentCount)
        {
            Refuse.Number(errors, path + "/index", (ulong)index, "is not the index of an argument: a system call has six");
            index = 0;
        }

        if (spec.Value is not { } value)
        {
            Refuse.Missing(errors, path + "/value");
            value = 0;
        }

        SeccompOperator? comparison = spec.Op switch
        {
            "SCMP_CMP_NE" => SeccompOperator.NotEqual,
            "SCMP_CMP_LT" => SeccompOperator.Less,
            "SCMP_CMP_LE" => SeccompOperator.LessOrEqual,
            "SCMP_CMP_EQ" => SeccompOperator.Equal,
            "SCMP_CMP_GE" => SeccompOperator.GreaterOrEqual,
            "SCMP_CMP_GT" => SeccompOperator.Greater,
            "SCMP_CMP_MASKED_EQ" => SeccompOperator.MaskedEqual,
            _ => null,
        };
        if (string.IsNullOrEmpty(spec.Op))
        {
            Refuse.Missing(errors, path + "/op");
        }
        else if (comparison is null)
        {
            Refuse.Value(errors, path + "/op", spec.Op, "is not an operator of seccomp");
        }

        return comparison == SeccompOperator.MaskedEqual
            ? new SeccompCondition((int)index, SeccompOperator.MaskedEqual, Mask: value, (spec.ValueTwo ?? 0) & value)
            : new SeccompCondition((int)index, comparison ?? SeccompOperator.Equal, ulong.MaxValue, value);
    }

    /// <returns>The verdict; any where the action is refused.</returns>
    private static uint CompileAction(string? action, uint? errno, string path, string actionName, string errnoName, List<SpecError> errors)
    {
        if (string.IsNullOrEmpty(action))
        {
            Refuse.Missing(errors, path + actionName);
            return 0;
        }

        uint? known = action switch
        {
            "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => SeccompReturn.SECCOMP_RET_KILL_THREAD,
            "SCMP_ACT_KILL_PROCESS" => SeccompReturn.SECCOMP_RET_KILL_PROCESS,
            "SCMP_ACT_TRAP" => SeccompReturn.SECCOMP_RET_TRAP,
            "SCMP_ACT_ERRNO" => SeccompReturn.SECCOMP_RET_ERRNO,
            "SCMP_ACT_TRACE" => SeccompReturn.SECCOMP_RET_TRACE,
            "SCMP_ACT_ALLOW" => SeccompReturn.SECCOMP_RET_ALLOW,
            "SCMP_ACT_LOG" => SeccompReturn.SECCOMP_RET_LOG,
            Notify => SeccompReturn.SECCOMP_RET_USER_NOTIF,
            _ => null,
        };
        if (known is not { } verdict)
        {
            Refuse.Value(errors, path + actionName, action, "is not an action of seccomp");
            return 0;
        }

        if (verdict is SeccompReturn.SECCOMP_RET_ERRNO or SeccompReturn.SECCOMP_RET_TRACE)
        {
            uint highest = verdict == SeccompReturn.SECCOMP_RET_ERRNO ? HighestErrno : SeccompReturn.DataMask;
            if (errno > highest)
            {
                Refuse.Number(errors, path + errnoName, (ulong)errno, $"is more than {highest}");
            }

            verdict |= (errno ?? DefaultErrno) & SeccompReturn.DataMask;
        }
        else if (errno is { } unused)
        {
            Refuse.Number(errors, path + errnoName, (ulong)unused, $"can't be used: {action} has no error number");
        }

        return verdict;
    }

    private static int FindNotify(SeccompSpec spec)
    {
        for (int i = 0; i < spec.Syscalls.Length; i++)
        {
            if (spec.Syscalls[i].Action == Notify)
            {
                return i;
            }
        }

        return -1;
    }

    private static SeccompListenerPlan? CompileListener(SeccompSpec spec, SeccompProfile profile, List<SpecError> errors)
    {
        int notify = FindNotify(spec);
        string path = spec.ListenerPath ?? "";
        if (path.Length == 0)
        {
            if (notify >= 0)
            {
                Refuse.Rule(errors, Path + "/listenerPath", $"is required: {Refuse.At(Path + "/syscalls", notify)}/action is {Notify}");
            }

            if (!string.IsNullOrEmpty(spec.ListenerMetadata))
            {
                Refuse.Rule(errors, Path + "/listenerMetadata", "needs listenerPath");
            }

            return null;
        }

        if (path[0] != '/')
        {
            Refuse.Value(errors, Path + "/listenerPath", path, "is not an absolute path");
        }

        if (!KernelText.TryMake(path, Path + "/listenerPath", errors, out KernelString socket) || notify < 0)
        {
            return null;
        }

        int sendmsg = SyscallNames.IndexOf("sendmsg");
        bool isSure = profile.TryUnconditional(sendmsg, isWide: true, out uint verdict);
        if (!isSure && profile.Conditional(sendmsg) is null)
        {
            (isSure, verdict) = (true, profile.DefaultVerdict);
        }

        bool lets = isSure && verdict is SeccompReturn.SECCOMP_RET_ALLOW or SeccompReturn.SECCOMP_RET_LOG;
        return new SeccompListenerPlan(socket, spec.ListenerMetadata ?? "", lets);
    }
}
