// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>When and where the program runs, and what it takes the machine for. sched(7).</summary>
internal static class SchedulingStage
{
    public static void Run(ProcessPlan? process)
    {
        if (process?.Scheduler is { } scheduler)
        {
            SetScheduler(scheduler);
        }

        if (process?.IoPriority is { } priority)
        {
            SetIoPriority(priority);
        }

        if (process?.Personality is { } personality && Scheduling.TrySetPersonality(personality) is var errno and not 0)
        {
            throw Failed("the personality", "/linux/personality", "", "personality", errno);
        }

        if (process?.MemoryPolicy is { } policy)
        {
            SetMemoryPolicy(policy);
        }
    }

    private static void SetScheduler(SchedulerPlan plan)
    {
        Errno errno = Scheduling.TrySetAttributes(new SchedulerAttributes
        {
            Policy = plan.Policy,
            Flags = plan.Flags,
            Nice = plan.Nice,
            Priority = plan.Priority,
            Runtime = plan.Runtime,
            Deadline = plan.Deadline,
            Period = plan.Period,
        });
        if (errno == 0)
        {
            return;
        }

        string policy = SchedulerPolicy.Names[(int)plan.Policy];

        // sched_setattr(2), EPERM: SCHED_DEADLINE wants a thread that may run on every CPU. cgroups(7), cpu of version 1: SCHED_FIFO and SCHED_RR
        // want a share of the real-time run time.
        string hint = errno switch
        {
            Errno.EPERM when plan.IsCpusetLimited => " (hint: process scheduler can't be used together with AllowedCPUs, which are /linux/resources/cpu/cpus)",
            Errno.EPERM when policy is "SCHED_FIFO" or "SCHED_RR" =>
                " (hint: it needs CAP_SYS_NICE, and with cgroup v1 /linux/resources/cpu/realtimeRuntime)",
            Errno.EPERM => " (hint: it needs CAP_SYS_NICE)",
            Errno.EINVAL => " (hint: this kernel does not have that policy, or one of the flags)",
            Errno.EBUSY => " (hint: the CPUs have not that much time left)",
            _ => "",
        };
        throw Failed($"the scheduling policy {policy}", "/process/scheduler", hint, "sched_setattr", errno);
    }

    private static void SetIoPriority(IoPriorityPlan plan)
    {
        // The process is alone in its group, which config.md speaks of; what it starts inherits the priority.
        Errno errno = Scheduling.TrySetIoPriority((plan.Class << IoPriorityClass.IOPRIO_CLASS_SHIFT) | plan.Level);
        if (errno != 0)
        {
            string hint = errno == Errno.EPERM ? " (hint: it needs CAP_SYS_NICE or CAP_SYS_ADMIN)" : "";
            throw Failed($"the I/O priority {IoPriorityClass.Names[plan.Class]} {plan.Level}", "/process/ioPriority", hint, "ioprio_set", errno);
        }
    }

    private static void SetMemoryPolicy(MemoryPolicyPlan plan)
    {
        Errno errno = Scheduling.TrySetMemoryPolicy(plan.Mode | plan.Flags, plan.Nodes.AsSpan());
        if (errno != 0)
        {
            string hint = errno switch
            {
                Errno.ENOSYS => " (hint: this kernel is built without NUMA)",
                Errno.EINVAL => " (hint: this kernel does not have that mode, one of the flags, or one of the nodes)",
                _ => "",
            };
            throw Failed($"the memory policy {MemoryPolicyMode.Names[(int)plan.Mode]}", "/linux/memoryPolicy", hint, "set_mempolicy", errno);
        }
    }

    private static ContainerException Failed(string what, string origin, string hint, string call, Errno errno) =>
        new($"setting {what} ({origin}){hint}: {call}: {ErrnoText.Of(errno)}");
}
