// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>process.scheduler</c>, <c>process.ioPriority</c> and <c>process.execCPUAffinity</c>. sched(7), ioprio_set(2).</summary>
internal static class SchedulingCompiler
{
    private const string Scheduler = "/process/scheduler";
    private const string IoPriority = "/process/ioPriority";

    internal static SchedulerPlan? CompileScheduler(SchedulerSpec? spec, CpuSpec? cpu, List<SpecError> errors)
    {
        if (spec is null)
        {
            return null;
        }

        if (string.IsNullOrEmpty(spec.Policy))
        {
            Refuse.Missing(errors, Scheduler + "/policy");
            return null;
        }

        int policy = SchedulerPolicy.NumberOf(spec.Policy);
        if (policy < 0)
        {
            Refuse.Value(errors, Scheduler + "/policy", spec.Policy, "is not a scheduling policy");
            return null;
        }

        CheckNice(spec, errors);
        CheckPriority(spec, errors);
        CheckDeadline(spec, errors);
        return new SchedulerPlan(
            (uint)policy,
            CompileFlags(spec.Flags, errors),
            spec.Nice ?? 0,
            unchecked((uint)(spec.Priority ?? 0)),
            spec.Runtime ?? 0,
            spec.Deadline ?? 0,
            spec.Period ?? 0,
            !string.IsNullOrEmpty(cpu?.Cpus));
    }

    internal static IoPriorityPlan? CompileIoPriority(IoPrioritySpec? spec, List<SpecError> errors)
    {
        const int LowestLevel = 7;
        if (spec is null)
        {
            return null;
        }

        if (spec.Priority is < 0 or > LowestLevel)
        {
            Refuse.Number(errors, IoPriority + "/priority", spec.Priority.Value, "is not within 0 and 7");
        }

        if (string.IsNullOrEmpty(spec.Class))
        {
            Refuse.Missing(errors, IoPriority + "/class");
            return null;
        }

        // IOPRIO_CLASS_NONE, number 0, is the kernel's and not the spec's.
        int number = IoPriorityClass.NumberOf(spec.Class);
        if (number <= 0)
        {
            Refuse.Value(errors, IoPriority + "/class", spec.Class, "is not an I/O scheduling class");
            return null;
        }

        return new IoPriorityPlan(number, spec.Priority ?? 0);
    }

    internal static CpuAffinityPlan CompileAffinity(ExecCpuAffinitySpec? spec, List<SpecError> errors) =>
        spec is null ? new CpuAffinityPlan() : new CpuAffinityPlan
        {
            Initial = CompileMask(spec.Initial, "/process/execCPUAffinity/initial", errors),
            Final = CompileMask(spec.Final, "/process/execCPUAffinity/final", errors),
        };

    private static ImmutableArray<ulong> CompileMask(string? list, string path, List<SpecError> errors)
    {
        if (string.IsNullOrEmpty(list))
        {
            return [];
        }

        if (CpuList.TryRead(list, out ImmutableArray<ulong> mask) is { } rule)
        {
            Refuse.Value(errors, path, list, rule);
        }

        return mask;
    }

    private static void CheckNice(SchedulerSpec spec, List<SpecError> errors)
    {
        if (spec is { Policy: "SCHED_OTHER" or "SCHED_BATCH", Nice: < -20 or > 19 })
        {
            Refuse.Number(errors, Scheduler + "/nice", spec.Nice.Value, "is not within -20 and 19");
        }
    }

    private static void CheckPriority(SchedulerSpec spec, List<SpecError> errors)
    {
        int priority = spec.Priority ?? 0;
        if (spec.Policy is "SCHED_FIFO" or "SCHED_RR")
        {
            if (priority is < 1 or > 99)
            {
                Refuse.Number(errors, Scheduler + "/priority", priority, $"is not within 1 and 99, as {spec.Policy} needs it");
            }
        }
        else if (priority != 0)
        {
            Refuse.Number(errors, Scheduler + "/priority", priority, "can only be specified for SCHED_FIFO or SCHED_RR");
        }
    }

    // sched(7): runtime ≤ deadline ≤ period, a period of 0 being that of the deadline, and none below 1024.
    private static void CheckDeadline(SchedulerSpec spec, List<SpecError> errors)
    {
        const ulong Least = 1024;
        const ulong Most = long.MaxValue;
        if (spec.Policy is not "SCHED_DEADLINE")
        {
            CheckOnlyWithDeadline(spec.Runtime, "/runtime", errors);
            CheckOnlyWithDeadline(spec.Deadline, "/deadline", errors);
            CheckOnlyWithDeadline(spec.Period, "/period", errors);
            return;
        }

        ulong runtime = spec.Runtime ?? 0, deadline = spec.Deadline ?? 0, period = spec.Period ?? 0;
        if (runtime < Least)
        {
            Refuse.Number(errors, Scheduler + "/runtime", runtime, "is below 1024 nanoseconds");
        }

        if (deadline > Most || deadline < runtime)
        {
            Refuse.Number(errors, Scheduler + "/deadline", deadline, deadline < runtime ? "is below the runtime" : "is above 9223372036854775807");
        }

        if (period > Most || (period != 0 && period < deadline))
        {
            Refuse.Number(errors, Scheduler + "/period", period, period < deadline ? "is below the deadline" : "is above 9223372036854775807");
        }
    }

    private static void CheckOnlyWithDeadline(ulong? time, string member, List<SpecError> errors)
    {
        if (time is not (null or 0))
        {
            Refuse.Number(errors, Scheduler + member, time.Value, "can only be specified for SCHED_DEADLINE");
        }
    }

    private static ulong CompileFlags(ImmutableArray<string> names, List<SpecError> errors)
    {
        ulong flags = 0;
        for (int i = 0; i < names.Length; i++)
        {
            int bit = SchedulerFlag.NumberOf(names[i]);
            if (bit < 0)
            {
                Refuse.Value(errors, Refuse.At(Scheduler + "/flags", i), names[i], "is not a scheduling flag");
            }
            else
            {
                flags |= 1UL << bit;
            }
        }

        return flags;
    }
}
