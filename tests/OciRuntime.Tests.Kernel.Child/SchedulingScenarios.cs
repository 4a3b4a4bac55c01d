// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Tests.Kernel.Child;

/// <summary>What Scheduling sets, as the kernel's files show it.</summary>
internal static class SchedulingScenarios
{
    public static void Run(Report report)
    {
        report.Say("batch", Scheduling.TrySetAttributes(new SchedulerAttributes { Policy = Policy("SCHED_BATCH"), Nice = 7 }));
        report.Say("batch: policy and nice", PolicyAndNice());
        report.Say("iso", Scheduling.TrySetAttributes(new SchedulerAttributes { Policy = Policy("SCHED_ISO") }));
        report.Say("deadline", Scheduling.TrySetAttributes(new SchedulerAttributes
        {
            Policy = Policy("SCHED_DEADLINE"),
            Flags = 1,
            Runtime = 42_000,
            Deadline = 100_000,
            Period = 1_000_000,
        }));
        report.Say("deadline: policy and nice", PolicyAndNice());
        report.Say("deadline: runtime above deadline", Scheduling.TrySetAttributes(new SchedulerAttributes
        {
            Policy = Policy("SCHED_DEADLINE"),
            Runtime = 2_000_000,
            Deadline = 1_000_000,
        }));
        report.Say("other again", Scheduling.TrySetAttributes(default));
        report.Say("i/o priority", Scheduling.TrySetIoPriority((2 << IoPriorityClass.IOPRIO_CLASS_SHIFT) | 5));
        report.Say("i/o priority: no class", Scheduling.TrySetIoPriority(7 << IoPriorityClass.IOPRIO_CLASS_SHIFT));
        report.Say("personality", Scheduling.TrySetPersonality(Personality.PER_LINUX32));
        report.Say("personality: seen", Report.Lines("/proc/self/personality")[0]);
        RunMemoryPolicy(report);
        RunAffinity(report);
    }

    private static void RunMemoryPolicy(Report report)
    {
        uint bind = (uint)MemoryPolicyMode.NumberOf("MPOL_BIND");
        report.Say("memory policy", Scheduling.TrySetMemoryPolicy(bind | MemoryPolicyFlag.ValueOf("MPOL_F_STATIC_NODES"), [1]));
        string line = Report.Lines("/proc/self/numa_maps")[0];
        report.Say("memory policy: seen", line.Split(' ')[1]);

        // The last bit of the last word counts, too: a node that is not there, which the kernel ignores beside one that is.
        report.Say("memory policy: two words", Scheduling.TrySetMemoryPolicy(bind, [1, 1UL << 63]));
        report.Say("memory policy: last bit alone", Scheduling.TrySetMemoryPolicy(bind, [1UL << 63]));
        report.Say("memory policy: no nodes", Scheduling.TrySetMemoryPolicy(bind, []));
        report.Say("memory policy: default", Scheduling.TrySetMemoryPolicy(0, []));
    }

    private static void RunAffinity(Report report)
    {
        string all = Report.Status("Cpus_allowed_list");
        CpuAffinity.SetInitial(new CpuAffinityPlan { Initial = [1] });
        report.Say("affinity", Report.Status("Cpus_allowed_list"));
        CpuAffinity.SetFinal(new CpuAffinityPlan { Initial = [1] });
        report.Say("affinity: initial alone stays", Report.Status("Cpus_allowed_list"));
        CpuAffinity.SetFinal(new CpuAffinityPlan());
        report.Say("affinity: reset", Report.Status("Cpus_allowed_list") == all);

        // More CPUs than a machine has: those of the mask that it does have count.
        ulong[] many = new ulong[1024];
        many[0] = 1;
        many[1023] = 1UL << 63;
        CpuAffinity.SetFinal(new CpuAffinityPlan { Final = [.. many] });
        report.Say("affinity: beyond the last", Report.Status("Cpus_allowed_list"));
        report.SayOutcome("affinity: none of the machine's", () => CpuAffinity.SetFinal(new CpuAffinityPlan { Final = [0, 0, 1UL << 63] }));
    }

    private static uint Policy(string name) => (uint)SchedulerPolicy.NumberOf(name);

    // proc_pid_stat(5): nice is the 19th field, policy the 41st; the second one, the program's name, may have spaces.
    private static string PolicyAndNice()
    {
        string line = Report.Lines("/proc/self/stat")[0];
        string[] fields = line[(line.LastIndexOf(')') + 2)..].Split(' ');
        return string.Create(CultureInfo.InvariantCulture, $"{fields[41 - 3]} {fields[19 - 3]}");
    }
}
