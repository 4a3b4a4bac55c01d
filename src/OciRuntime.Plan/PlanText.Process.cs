// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi.Processes;

namespace OciRuntime.Plan;

/// <content>How and as what a program runs.</content>
public static partial class PlanText
{
    private static void AddScheduling(StringBuilder text, ProcessPlan process)
    {
        if (process.Scheduler is { } scheduler)
        {
            string flags = BitNames(scheduler.Flags, SchedulerFlag.Names);
            Line(text, "process", $"scheduler {SchedulerPolicy.Names[(int)scheduler.Policy]} nice {scheduler.Nice} priority {scheduler.Priority} flags {flags}");
            if (scheduler.Runtime != 0)
            {
                Line(text, "process", $"scheduler runtime {scheduler.Runtime}ns deadline {scheduler.Deadline}ns period {scheduler.Period}ns");
            }
        }

        if (process.IoPriority is { } priority)
        {
            Line(text, "process", $"ioprio {IoPriorityClass.Names[priority.Class]} {priority.Level}");
        }

        if (process.Personality is { } personality)
        {
            Line(text, "process", "personality " + (personality == Personality.PER_LINUX32 ? "PER_LINUX32" : "PER_LINUX"));
        }

        if (process.MemoryPolicy is { } policy)
        {
            string flags = BitNames(policy.Flags >> MemoryPolicyFlag.FirstBit, MemoryPolicyFlag.Names);
            Line(text, "process", $"mempolicy {MemoryPolicyMode.Names[(int)policy.Mode]} flags {flags} nodes {ListText(policy.Nodes)}");
        }

        AddAffinity(text, "initial", process.ExecAffinity.Initial);
        AddAffinity(text, "final", process.ExecAffinity.Final);
    }

    private static void AddAffinity(StringBuilder text, string when, ImmutableArray<ulong> mask)
    {
        if (!mask.IsEmpty)
        {
            Line(text, "process", $"exec affinity {when} {ListText(mask)}");
        }
    }

    private static void AddLabels(StringBuilder text, ProcessPlan process)
    {
        if (process.ApparmorProfile is { } profile)
        {
            Line(text, "process", "apparmor " + Quote(profile));
        }

        if (process.SelinuxLabel is { } label)
        {
            Line(text, "process", "selinux " + Quote(label));
        }
    }
}
