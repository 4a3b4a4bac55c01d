// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>Filters of system calls, with the kernel as the judge.</summary>
public sealed class SeccompTests : ContainerTest
{
    private const string MaskedEqual = "SCMP_CMP_MASKED_EQ";

    [HostTheory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Category", "Vm")]
    public void Filter_OfADenyList_IsInForceWhateverThePrivileges(bool noNewPrivileges)
    {
        Bundle bundle = NewShell("grep Seccomp: /proc/self/status; mkdir /tmp/x || mkdir /dev/shm/x").With(b =>
        {
            b.Process["noNewPrivileges"] = noNewPrivileges;
            b.Linux["seccomp"] = Profile("SCMP_ACT_ALLOW", Rule("SCMP_ACT_ERRNO", 100, "mkdir", "mkdirat"));
        });

        Outcome outcome = Run(bundle);

        outcome.Status.Should().NotBe(0);
        outcome.Output.Should().Be("Seccomp:\t2\n");
        outcome.Error.Should().Contain("mkdir: can't create directory '/dev/shm/x': Network is down");
    }

    // 39 getpid, 102 getuid, 104 getgid, 107 geteuid, 108 getegid, 110 getppid, 186 gettid: no arguments, no trouble.
    [HostFact]
    public void Filter_WithConditions_IsCarriedOutByTheKernel()
    {
        Bundle bundle = NewBundle().With(b => b.Linux["seccomp"] = Profile(
            "SCMP_ACT_ALLOW",
            Rule("SCMP_ACT_ERRNO", 201, "getuid").Where(0, "SCMP_CMP_EQ", 0x1_0000_0005),
            Rule("SCMP_ACT_ERRNO", 202, "getgid").Where(1, "SCMP_CMP_GT", 0x1_0000_0005),
            Rule("SCMP_ACT_ERRNO", 203, "geteuid").Where(2, "SCMP_CMP_LE", 7).Where(3, "SCMP_CMP_NE", 1),
            Rule("SCMP_ACT_ERRNO", 204, "getegid").Where(0, MaskedEqual, 0xFF00, 0x1200),
            Rule("SCMP_ACT_ERRNO", 205, "getppid").Where(0, "SCMP_CMP_EQ", 1).Where(0, "SCMP_CMP_GE", 10)));
        string[] calls =
        [
            "102,4294967301", "102,5", "102,4294967296", "104,0,4294967302", "104,0,4294967301", "104,0,18446744073709551615", "107,0,0,7,0", "107,0,0,8,0",
            "107,0,0,7,1", "108,4660", "108,4916", "110,1", "110,10", "110,2",
        ];

        string[] results = OutputOf(bundle.Args(["/guest", "call", .. calls])).TrimEnd('\n').Split('\n');

        results.Should().Equal("-201", "0", "0", "-202", "0", "-202", "-203", "0", "0", "-204", "0", "-205", "-205", "0");
    }

    // The names of a profile are those of its author's day: what came later must look as if the kernel did not have it.
    [HostFact]
    public void Filter_OfAnAllowList_HidesCallsNewerThanItself()
    {
        Bundle bundle = NewBundle().With(b => b.Linux["seccomp"] = DockerSize());

        string[] results = OutputOf(bundle.Args("/guest", "call", "165", "9999", "435,0,0", "135,1", "135,4294967295", "41,40,1,0", "56,131072"))
            .TrimEnd('\n').Split('\n');

        results.Take(4).Should().Equal("-1", "-38", "-38", "-1");
        results[4].Should().NotStartWith("-");
        results.Skip(5).Should().Equal("-1", "-1");
    }

    [HostFact]
    public void Exec_InTheContainer_HasTheFilterToo()
    {
        using Container container = RunDetached(NewShell("sleep 1000").With(b => b.Linux["seccomp"] =
            Profile("SCMP_ACT_ALLOW", Rule("SCMP_ACT_ERRNO", 100, "mkdir", "mkdirat"))));

        Outcome outcome = Ocirun.Run("exec", container.Id, "sh", "-c", "grep Seccomp: /proc/self/status; mkdir /dev/shm/x");

        outcome.Status.Should().Be(1);
        outcome.Output.Should().Be("Seccomp:\t2\n");
        outcome.Error.Should().Contain("Network is down");
    }

    [HostTheory]
    [InlineData("SCMP_ACT_KILL")]
    [InlineData("SCMP_ACT_KILL_PROCESS")]
    [InlineData("SCMP_ACT_TRAP")]
    public void Filter_ThatKills_EndsTheProgramBySigsys(string action)
    {
        Bundle bundle = NewShell("exec mkdir /dev/shm/x").With(b => b.Linux["seccomp"] = Profile("SCMP_ACT_ALLOW", Rule(action, null, "mkdir", "mkdirat")));

        Run(bundle).Status.Should().Be(128 + 31);
    }

    // The runtime's own calls after loading are as few as can be.
    [HostTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Filter_WithoutTheNewerCallsOfTheRuntime_LetsTheProgramRun(bool noNewPrivileges)
    {
        Bundle bundle = NewShell("echo runs").With(b =>
        {
            b.Process["noNewPrivileges"] = noNewPrivileges;
            b.Linux["seccomp"] = Profile(
                "SCMP_ACT_ALLOW",
                Rule("SCMP_ACT_ERRNO", 38, "close_range", "fsopen", "fsconfig", "fspick", "openat2", "open_tree", "move_mount", "mount_setattr", "clone3"));
        });

        OutputOf(bundle).Should().Be("runs\n");
    }

    // With noNewPrivileges only execve follows: sendmsg, by which the runtime speaks, need not be allowed.
    [HostFact]
    public void Filter_ThatForbidsWhatTheRuntimeSays_LetsTheProgramRun()
    {
        Bundle bundle = NewShell("echo runs").With(b => b.Linux["seccomp"] = Profile(
            "SCMP_ACT_ALLOW", Rule("SCMP_ACT_KILL_PROCESS", null, "sendmsg", "recvmsg", "setgroups", "setresuid", "setresgid", "capset", "chdir", "close_range")));

        OutputOf(bundle).Should().Be("runs\n");
    }

    [HostFact]
    public void StartContainerHook_OfAContainerWithAFilter_HasItToo()
    {
        Bundle bundle = NewShell("echo never").With(b =>
        {
            b.Linux["seccomp"] = Profile("SCMP_ACT_ALLOW", Rule("SCMP_ACT_KILL", null, "mkdir", "mkdirat"));
            b.Config["hooks"] = new JsonObject
            {
                ["startContainer"] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = Bundle.Array("sh", "-c", "exec mkdir /dev/shm/x") }),
            };
        });

        Outcome outcome = Run(bundle);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("startContainer").And.Contain("signal 31");
        NothingIsLeft();
    }

    [HostFact]
    public void Filter_ThatForbidsExecve_FailsTheRunWithTheReason()
    {
        Bundle bundle = NewBundle().With(b => b.Linux["seccomp"] = Profile("SCMP_ACT_ALLOW", Rule("SCMP_ACT_ERRNO", 1, "execve")));

        Outcome outcome = Run(bundle);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("exec: \"true\": EPERM");
        NothingIsLeft();
    }

    // Nothing to tell the reason with, nothing to end by: it must still end.
    [HostFact]
    public void Filter_ThatForbidsAllToTheFailingRuntime_EndsItAnyway()
    {
        Bundle bundle = NewBundle().With(b => b.Linux["seccomp"] = Profile(
            "SCMP_ACT_ALLOW", Rule("SCMP_ACT_ERRNO", 1, "execve", "sendmsg", "exit_group", "exit", "tgkill", "tkill", "kill")));

        Run(bundle).Status.Should().NotBe(0);
    }

    // Named like the calls of a current kernel, but for those that containers are denied.
    private static JsonNode DockerSize() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Host.Repository, "spec-fixtures", "seccomp", "docker-size", "config.json")))!["linux"]!["seccomp"]!.DeepClone();

    private static JsonObject Profile(string defaultAction, params JsonObject[] rules) =>
        new() { ["defaultAction"] = defaultAction, ["syscalls"] = new JsonArray([.. rules]) };

    private static JsonObject Rule(string action, int? errno, params string[] names)
    {
        JsonObject rule = new() { ["names"] = Bundle.Array(names), ["action"] = action };
        if (errno is { } number)
        {
            rule["errnoRet"] = number;
        }

        return rule;
    }
}

/// <summary>Conditions for a rule.</summary>
internal static class RuleExtensions
{
    internal static JsonObject Where(this JsonObject rule, int index, string comparison, ulong value, ulong? other = null)
    {
        rule["args"] ??= new JsonArray();
        JsonObject condition = new() { ["index"] = index, ["op"] = comparison, ["value"] = value };
        if (other is { } second)
        {
            condition["valueTwo"] = second;
        }

        rule["args"]!.AsArray().Add(condition);
        return rule;
    }
}
