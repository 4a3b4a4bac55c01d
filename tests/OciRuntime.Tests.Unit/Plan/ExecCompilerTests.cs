// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using OciRuntime.Abi;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>What the process of an exec takes over from the container's own.</summary>
public sealed class ExecCompilerTests
{
    private static readonly ProcessSpec s_own = new()
    {
        Args = ["init"],
        Cwd = "/own",
        Env = ["OWN=1"],
        User = new UserSpec { Uid = 5, Gid = 6, Umask = 7, AdditionalGids = [8] },
        Capabilities = new CapabilitiesSpec { Bounding = ["CAP_KILL"] },
        Rlimits = [new RlimitSpec { Type = "RLIMIT_CORE", Soft = 1, Hard = 2 }],
        NoNewPrivileges = true,
        OomScoreAdj = 9,
        Scheduler = new SchedulerSpec { Policy = "SCHED_BATCH", Nice = 1 },
        IoPriority = new IoPrioritySpec { Class = "IOPRIO_CLASS_IDLE" },
        ExecCpuAffinity = new ExecCpuAffinitySpec { Initial = "0", Final = "1" },
        ApparmorProfile = "own",
        SelinuxLabel = "own:label",
    };

    [Fact]
    public void Process_SaysLittle_TakesOverWhatRuncTakesOver()
    {
        ProcessPlan plan = Compile(new ProcessSpec { Args = ["sh"], Cwd = "/", ExecCpuAffinity = new ExecCpuAffinitySpec { Initial = "" } });

        Assert.Equal(KernelString.Of("/"), plan.Cwd);
        Assert.Empty(plan.Env);
        Assert.Equal((0u, 0u, 7u), (plan.Uid, plan.Gid, plan.Umask));
        Assert.Empty(plan.AdditionalGids);
        Assert.Equal(1UL << 5, plan.Capabilities.Bounding);
        Assert.Single(plan.Rlimits);
        Assert.False(plan.NoNewPrivileges);
        Assert.Equal(9, plan.OomScoreAdj);
        Assert.Equal(1, plan.Scheduler!.Nice);
        Assert.Equal(3, plan.IoPriority!.Class);
        Assert.Equal<ulong>([1], plan.ExecAffinity.Initial);
        Assert.Equal<ulong>([2], plan.ExecAffinity.Final);
        Assert.Equal(KernelString.Of("own"), plan.ApparmorProfile);
        Assert.Equal(KernelString.Of("own:label"), plan.SelinuxLabel);
        Assert.Equal(8u, plan.Personality);
        Assert.Equal(4u, plan.MemoryPolicy!.Mode);
    }

    [Fact]
    public void Process_SaysIt_HasItsOwn()
    {
        ProcessPlan plan = Compile(new ProcessSpec
        {
            Args = ["sh"],
            Cwd = "/",
            User = new UserSpec { Umask = 0 },
            Capabilities = new CapabilitiesSpec(),
            Rlimits = [new RlimitSpec { Type = "RLIMIT_CPU", Soft = 3, Hard = 3 }],
            OomScoreAdj = 0,
            Scheduler = new SchedulerSpec { Policy = "SCHED_OTHER" },
            IoPriority = new IoPrioritySpec { Class = "IOPRIO_CLASS_BE", Priority = 2 },
            ExecCpuAffinity = new ExecCpuAffinitySpec { Final = "3" },
            ApparmorProfile = "other",
            SelinuxLabel = "other:label",
        });

        Assert.Equal(0u, plan.Umask);
        Assert.Equal(0UL, plan.Capabilities.Bounding);
        Assert.Equal(3UL, Assert.Single(plan.Rlimits).Soft);
        Assert.Equal(0, plan.OomScoreAdj);
        Assert.Equal(0u, plan.Scheduler!.Policy);
        Assert.Equal(2, plan.IoPriority!.Level);
        Assert.Empty(plan.ExecAffinity.Initial);
        Assert.Equal<ulong>([8], plan.ExecAffinity.Final);
        Assert.Equal(KernelString.Of("other"), plan.ApparmorProfile);
        Assert.Equal(KernelString.Of("other:label"), plan.SelinuxLabel);
    }

    private static ProcessPlan Compile(ProcessSpec process)
    {
        RuntimeSpec container = new()
        {
            OciVersion = "1.3.0",
            Process = s_own,
            Linux = new LinuxSpec
            {
                Namespaces = [new NamespaceSpec { Type = "mount" }],
                Personality = new PersonalitySpec { Domain = "LINUX32" },
                MemoryPolicy = new MemoryPolicySpec { Mode = "MPOL_LOCAL" },
            },
        };
        List<SpecError> errors = [];
        ExecPlan? plan = ExecCompiler.Compile(container, process, FixtureFacts.Plain, errors);
        Assert.Empty(errors);
        return plan!.Process;
    }
}
