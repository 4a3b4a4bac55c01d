// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Process;

/// <summary>scheduler, ioPriority, execCPUAffinity, linux.personality, linux.memoryPolicy; and the affinity that nobody asks for.</summary>
public sealed class SchedulingTests : ContainerTest
{
    private const string Affinity = "grep Cpus_allowed_list /proc/self/status";

    // proc_pid_stat(5): nice is the 19th field, policy the 41st.
    private const string NiceAndPolicy = "cut -d ' ' -f 19,41 /proc/self/stat";

    [HostTheory]
    [InlineData("""{"policy": "SCHED_OTHER", "nice": -20}""", "-20 0")]
    [InlineData("""{"policy": "SCHED_OTHER", "nice": 19}""", "19 0")]
    [InlineData("""{"policy": "SCHED_BATCH", "nice": 7, "priority": 0}""", "7 3")]
    [InlineData("""{"policy": "SCHED_IDLE"}""", "-?[0-9]+ 5")]
    [InlineData("""{"policy": "SCHED_DEADLINE", "runtime": 42000, "deadline": 100000, "period": 1000000, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}""", "-?[0-9]+ 6")]
    public void Scheduler_Given_IsThat(string scheduler, string seen)
    {
        Bundle bundle = NewBundle("cut", "-d", " ", "-f", "19,41", "/proc/self/stat");
        bundle.Process["scheduler"] = JsonNode.Parse(scheduler);

        OutputOf(bundle.Save()).Should().MatchRegex($"^{seen}\n$");
    }

    // With real-time group scheduling a group of version 1 has no run time unless it is given some.
    [HostTheory(Needs.CgroupV2)]
    [InlineData("SCHED_FIFO", "1")]
    [InlineData("SCHED_RR", "2")]
    [Trait("Category", "Vm")]
    public void Scheduler_RealTime_IsThat(string policy, string seen)
    {
        Bundle bundle = NewBundle("cut", "-d", " ", "-f", "40,41", "/proc/self/stat");
        bundle.Process["scheduler"] = new JsonObject { ["policy"] = policy, ["priority"] = 12 };

        OutputOf(bundle.Save()).Should().Be($"12 {seen}\n");
    }

    // sched(7): Linux reserves the number, and has no such policy.
    [HostFact]
    public void Scheduler_KernelHasItNot_SaysSo()
    {
        Bundle bundle = NewBundle("true");
        bundle.Process["scheduler"] = new JsonObject { ["policy"] = "SCHED_ISO" };

        Ocirun.Fail("create", "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain("SCHED_ISO").And.Contain("/process/scheduler").And.Contain("EINVAL");
        NothingIsLeft();
    }

    [HostFact(Needs.TwoProcessors)]
    public void Scheduler_DeadlineOnSomeProcessors_SaysWhatIsInTheWay()
    {
        Bundle bundle = NewBundle("true");
        bundle.Process["scheduler"] = JsonNode.Parse("""{"policy": "SCHED_DEADLINE", "runtime": 42000, "deadline": 1000000}""");
        bundle.Resources["cpu"] = new JsonObject { ["cpus"] = "0" };

        Ocirun.Fail("create", "--bundle", bundle.Save().Folder, NewId()).Error
            .Should().Contain("process scheduler can't be used together with AllowedCPUs").And.Contain("/linux/resources/cpu/cpus");
        NothingIsLeft();
    }

    [HostTheory]
    [InlineData("""{"class": "IOPRIO_CLASS_BE", "priority": 0}""", "best-effort: prio 0")]
    [InlineData("""{"class": "IOPRIO_CLASS_BE", "priority": 7}""", "best-effort: prio 7")]
    [InlineData("""{"class": "IOPRIO_CLASS_RT", "priority": 3}""", "realtime: prio 3")]
    [InlineData("""{"class": "IOPRIO_CLASS_IDLE"}""", "idle")]
    public void IoPriority_Given_IsThat(string priority, string seen)
    {
        Bundle bundle = NewBundle("busybox", "ionice");
        bundle.Process["ioPriority"] = JsonNode.Parse(priority);

        OutputOf(bundle.Save()).TrimEnd().Should().StartWith(seen);
    }

    [HostTheory]
    [InlineData("LINUX", "x86_64\n")]
    [InlineData("LINUX32", "i686\n")]
    public void Personality_Given_IsThat(string domain, string machine)
    {
        Bundle bundle = NewBundle("uname", "-m");
        bundle.Linux["personality"] = new JsonObject { ["domain"] = domain };

        OutputOf(bundle.Save()).Should().Be(machine);
    }

    [HostTheory]
    [InlineData("""{"mode": "MPOL_DEFAULT"}""", "default")]
    [InlineData("""{"mode": "MPOL_PREFERRED", "nodes": "0", "flags": ["MPOL_F_RELATIVE_NODES"]}""", "prefer=relative:0")]
    [InlineData("""{"mode": "MPOL_PREFERRED", "nodes": ""}""", "local")]
    [InlineData("""{"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}""", "bind=static:0")]
    [InlineData("""{"mode": "MPOL_INTERLEAVE", "nodes": "0"}""", "interleave:0")]
    [InlineData("""{"mode": "MPOL_LOCAL"}""", "local")]
    public void MemoryPolicy_Given_IsThat(string policy, string seen)
    {
        Bundle bundle = NewShell("head -n 1 /proc/self/numa_maps | cut -d ' ' -f 2");
        bundle.Linux["memoryPolicy"] = JsonNode.Parse(policy);

        OutputOf(bundle.Save()).Should().Be(seen + "\n");
    }

    [HostFact]
    public void MemoryPolicy_NodeIsMissing_SaysSo()
    {
        Bundle bundle = NewBundle("true");
        bundle.Linux["memoryPolicy"] = new JsonObject { ["mode"] = "MPOL_BIND", ["nodes"] = "63" };

        Ocirun.Fail("create", "--bundle", bundle.Save().Folder, NewId()).Error
            .Should().Contain("MPOL_BIND").And.Contain("/linux/memoryPolicy").And.Contain("set_mempolicy: EINVAL");
        NothingIsLeft();
    }

    [HostFact(Needs.TwoProcessors)]
    [Trait("Category", "Vm")]
    public void Affinity_CallerHasOneProcessor_ContainerHasAll()
    {
        Bundle bundle = NewShell(Affinity);
        string all = OutputOf(bundle);

        Outcome outcome = OnFirstProcessor("run", "--bundle", bundle.Folder, NewId());

        outcome.Output.Should().Be(all).And.Be(OwnAffinity() + "\n");
    }

    [HostTheory(Needs.TwoProcessors)]
    [InlineData("1")]
    [InlineData("0-1")]
    [Trait("Category", "Vm")]
    public void Affinity_CallerHasOneProcessor_ContainerHasThoseOfItsCpuset(string cpus)
    {
        Bundle bundle = NewShell(Affinity).With(b => b.Resources["cpu"] = new JsonObject { ["cpus"] = cpus });

        OnFirstProcessor("run", "--bundle", bundle.Folder, NewId()).Output.Should().Be($"Cpus_allowed_list:\t{cpus}\n");
    }

    [HostFact(Needs.TwoProcessors)]
    [Trait("Category", "Vm")]
    public void Affinity_ExecByACallerWithOneProcessor_HasAll()
    {
        using Container container = RunDetached(NewBundle("/guest", "sleep"));

        OnFirstProcessor("exec", container.Id, "sh", "-c", Affinity).Output.Should().Be(OwnAffinity() + "\n");
    }

    [HostTheory(Needs.TwoProcessors)]
    [InlineData("", "1", "1")]
    [InlineData("0", "1", "1")]
    [InlineData("0-1", "0,2000,65535", "0")]
    [Trait("Category", "Vm")]
    public void ExecAffinity_Final_IsThat(string initial, string final, string seen)
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        bundle.Process["execCPUAffinity"] = new JsonObject { ["initial"] = initial, ["final"] = final };
        using Container container = RunDetached(bundle.Save());

        Ocirun.Succeed("exec", container.Id, "sh", "-c", Affinity).Output.Should().Be($"Cpus_allowed_list:\t{seen}\n");
        AffinityOf(container.Pid).Should().Be(OwnAffinity(), "it is for exec only");
    }

    // A cpuset of version 1 gives who moves in all that it has; of version 2 what the process had before.
    [HostFact(Needs.TwoProcessors | Needs.CgroupV2)]
    [Trait("Category", "Vm")]
    public void ExecAffinity_InitialAlone_StaysInACgroupOfVersion2()
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        bundle.Process["execCPUAffinity"] = new JsonObject { ["initial"] = "1" };
        using Container container = RunDetached(bundle.Save());

        Ocirun.Succeed("exec", container.Id, "sh", "-c", Affinity).Output.Should().Be("Cpus_allowed_list:\t1\n");
    }

    [HostFact(Needs.TwoProcessors)]
    public void ExecAffinity_OfTheProcessFile_TakesThePlaceOfTheContainers()
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        bundle.Process["execCPUAffinity"] = new JsonObject { ["final"] = "1" };
        using Container container = RunDetached(bundle.Save());

        ExecFile(container, """{"execCPUAffinity": {"final": "0"}}""", Affinity).Should().Be("Cpus_allowed_list:\t0\n");
        ExecFile(container, """{"execCPUAffinity": {}}""", Affinity).Should().Be("Cpus_allowed_list:\t1\n");
    }

    [HostFact]
    public void ExecAffinity_ProcessorIsMissing_SaysSo()
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        bundle.Process["execCPUAffinity"] = new JsonObject { ["initial"] = "9000" };
        using Container container = RunDetached(bundle.Save());

        Outcome outcome = Ocirun.Run("exec", container.Id, "true");

        outcome.Status.Should().Be(255);
        outcome.Error.Should().Contain("/process/execCPUAffinity/initial").And.Contain("EINVAL");
    }

    [HostFact]
    public void ExecAffinity_BadList_IsRefusedByCreate()
    {
        Bundle bundle = NewBundle("true");
        bundle.Process["execCPUAffinity"] = new JsonObject { ["initial"] = "3-1", ["final"] = "x" };

        Ocirun.Fail("create", "--bundle", bundle.Save().Folder, NewId()).Error
            .Should().Contain("/process/execCPUAffinity/initial").And.Contain("/process/execCPUAffinity/final");
        NothingIsLeft();
    }

    [HostFact]
    public void Exec_HasTheSchedulingOfTheContainersProcess()
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        bundle.Process["scheduler"] = new JsonObject { ["policy"] = "SCHED_BATCH", ["nice"] = 5 };
        bundle.Process["ioPriority"] = new JsonObject { ["class"] = "IOPRIO_CLASS_BE", ["priority"] = 6 };
        bundle.Linux["personality"] = new JsonObject { ["domain"] = "LINUX32" };
        bundle.Linux["memoryPolicy"] = new JsonObject { ["mode"] = "MPOL_BIND", ["nodes"] = "0" };
        using Container container = RunDetached(bundle.Save());
        const string Script = NiceAndPolicy + "; busybox ionice; uname -m; head -n 1 /proc/self/numa_maps | cut -d ' ' -f 2";

        Ocirun.Succeed("exec", container.Id, "sh", "-c", Script).Output.Should().Be("5 3\nbest-effort: prio 6\ni686\nbind:0\n");
        ExecFile(container, """{"scheduler": {"policy": "SCHED_OTHER"}, "ioPriority": {"class": "IOPRIO_CLASS_IDLE"}}""", Script)
            .Should().MatchRegex("^0 0\nidle.*\ni686\nbind:0\n$");
    }

    private string ExecFile(Container container, string process, string script)
    {
        JsonObject document = JsonNode.Parse(process)!.AsObject();
        document["args"] = Bundle.Array("sh", "-c", script);
        document["env"] = Bundle.Array("PATH=/bin", Marker);
        document["cwd"] = "/";
        string file = Path.Combine(Folder, "process.json");
        File.WriteAllText(file, document.ToJsonString());
        return Ocirun.Succeed("exec", "--process", file, container.Id).Output;
    }

    private Outcome OnFirstProcessor(params string[] args)
    {
        using ChildProcess process = Ocirun.StartUnder(["taskset", "-c", "0"], args);
        Outcome outcome = process.Wait();
        outcome.Status.Should().Be(0, "{0}", outcome);
        return outcome;
    }

    private static string OwnAffinity() => AffinityOf(Environment.ProcessId);

    private static string AffinityOf(int pid) =>
        File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
}
