// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class ExecTests : ContainerTest
{
    [HostFact]
    [Trait("Category", "Vm")]
    public void Exec_Program_IsInTheNamespacesAndTheCgroupOfTheContainer()
    {
        Bundle bundle = Waiting();
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "time" });
        using Container container = RunDetached(bundle.Save());
        string[] names = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

        string output = Exec(container, "sh", "-c", "for n in cgroup ipc mnt net pid time user uts; do readlink /proc/self/ns/$n; done");
        string groups = Exec(container, "cat", "/proc/self/cgroup");

        output.Should().Be(string.Concat(names.Select(n => $"{new FileInfo($"/proc/{container.Pid}/ns/{n}").LinkTarget}\n")));
        groups.Should().Be(Exec(container, "cat", "/proc/1/cgroup"));
        groups.Should().NotBeEmpty();
    }

    [HostTheory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("kill -15 $$", 143)]
    public void Exec_Foreground_HasTheStatusOfTheProgram(string script, int status)
    {
        using Container container = RunDetached(Waiting());

        Ocirun.Run("exec", container.Id, "sh", "-c", script).Status.Should().Be(status);
        container.Status.Should().Be("running");
    }

    // A dash behind the first word belongs to the program, also where ocirun has such a flag.
    [HostFact]
    public void Exec_FlagsBehindTheId_AreThePrograms()
    {
        using Container container = RunDetached(Waiting());

        Exec(container, "sh", "-c", "printf '%s ' \"$@\"", "name", "-e", "--", "--cwd", "x", "-").Should().Be("-e -- --cwd x - ");
    }

    [HostFact]
    public void Exec_WithoutFlags_HasTheUserEnvironmentAndFolderOfTheContainersProcess()
    {
        Bundle bundle = Waiting();
        bundle.Process["user"] = new JsonObject { ["uid"] = 5, ["gid"] = 6, ["umask"] = 23, ["additionalGids"] = new JsonArray(7, 8) };
        bundle.Process["cwd"] = "/opt";
        bundle.Process["env"]!.AsArray().Add("COLOUR=red");
        using Container container = RunDetached(bundle.Save());

        Exec(container, "sh", "-c", "id -u; id -g; id -G; umask; pwd; echo $COLOUR").Should().Be("5\n6\n6 7 8\n0027\n/opt\nred\n");
    }

    [HostFact]
    public void Exec_Flags_ChangeWhatTheContainersProcessHas()
    {
        Bundle bundle = Waiting();
        bundle.Process["env"]!.AsArray().Add("COLOUR=red");
        using Container container = RunDetached(bundle.Save());

        string output = Ocirun.Succeed(
            "exec", "--cwd", "/tmp", "-e", "COLOUR=blue", "--env=SIZE=a=b,c", "-u", "9:10", "-g", "11", "-g", "12", "--no-new-privs", container.Id,
            "sh", "-c", "pwd; echo $COLOUR $SIZE; id -u; id -G; grep NoNewPrivs /proc/self/status").Output;

        output.Should().Be("/tmp\nblue a=b,c\n9\n10 11 12\nNoNewPrivs:\t1\n");
    }

    // CVE-2022-29162, CVE-2022-27650, CVE-2025-27612: what is added must not become inheritable.
    [HostFact]
    public void Exec_Capability_IsAddedAndNotInheritable()
    {
        Bundle bundle = Waiting();
        bundle.SetCapabilities("CAP_KILL");
        bundle.Process["capabilities"]!["inheritable"] = new JsonArray();
        bundle.Process["capabilities"]!["ambient"] = new JsonArray();
        using Container container = RunDetached(bundle.Save());

        string output = Ocirun.Succeed("exec", "--cap", "CAP_NET_RAW", "-c", "CAP_CHOWN", container.Id, "grep", "^Cap", "/proc/self/status").Output;

        const string Sets = "0000000000002021"; // CAP_CHOWN 0, CAP_KILL 5, CAP_NET_RAW 13
        output.Should().Be($"CapInh:\t0000000000000000\nCapPrm:\t{Sets}\nCapEff:\t{Sets}\nCapBnd:\t{Sets}\nCapAmb:\t0000000000000000\n");
    }

    // CVE-2026-30892: whatever can't be parsed must not become a user, and never root.
    [HostTheory]
    [InlineData("0x1")]
    [InlineData("1:")]
    [InlineData(":1")]
    [InlineData(" 1")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("1:1:1")]
    [InlineData("root")]
    [InlineData("1:-1")]
    public void Exec_UserThatIsNoId_IsRefused(string user)
    {
        using Container container = RunDetached(Waiting());

        Outcome outcome = Ocirun.Run("exec", "--user", user, container.Id, "id");

        outcome.Status.Should().Be(255);
        outcome.Output.Should().BeEmpty();
        outcome.Error.Should().Contain("--user");
    }

    [HostTheory]
    [InlineData("missing", "executable file not found in $PATH")]
    [InlineData("/missing", "no such file or directory")]
    [InlineData("/etc/passwd", "permission denied")]
    [InlineData("/etc", "(is a directory|permission denied)")]
    public void Exec_ProgramCannotBeExecuted_SaysWhyWith255(string program, string words)
    {
        using Container container = RunDetached(Waiting());

        Outcome outcome = Ocirun.Run("exec", container.Id, program);

        outcome.Status.Should().Be(255, "{0}", outcome);
        outcome.Error.Should().StartWith("ocirun: exec failed: ").And.Contain(program).And.MatchRegex(words.Replace("$", "\\$", StringComparison.Ordinal));
        container.Status.Should().Be("running");
    }

    [HostFact]
    public void Exec_StoppedContainer_IsRefused()
    {
        using Container container = Create(NewBundle("true"));
        _ = container.Start().WaitForExit();

        Outcome outcome = Ocirun.Run("exec", container.Id, "true");

        outcome.Status.Should().Be(255);
        outcome.Error.Should().Contain("cannot exec in a stopped container");
    }

    [HostFact]
    public void Exec_UnknownContainer_IsRefused()
    {
        Outcome outcome = Ocirun.Run("exec", "nobody", "true");

        outcome.Status.Should().Be(255);
        outcome.Error.Should().Contain("container does not exist");
    }

    [HostFact]
    public void Exec_WithoutCommand_IsRefused()
    {
        using Container container = RunDetached(Waiting());

        Outcome outcome = Ocirun.Run("exec", container.Id);

        outcome.Status.Should().Be(255);
        outcome.Error.Should().Contain("exec args cannot be empty");
    }

    [HostFact]
    public void Exec_CreatedContainer_RunsBesideTheWaitingProcess()
    {
        using Container container = Create(Waiting());

        Exec(container, "echo", "early").Should().Be("early\n");
        container.Status.Should().Be("created");
        _ = container.Start();
        container.Status.Should().Be("running");
    }

    // anchors E.24: what exec needs is in the container's own copy of its config.
    [HostFact]
    public void Exec_BundleIsGone_RunsAsBefore()
    {
        Bundle bundle = Waiting();
        bundle.Process["env"]!.AsArray().Add("COLOUR=red");
        using Container container = RunDetached(bundle.Save());
        File.WriteAllText(bundle.ConfigPath, "not even JSON");

        Exec(container, "sh", "-c", "echo $COLOUR").Should().Be("red\n");
        File.Delete(bundle.ConfigPath);
        Exec(container, "sh", "-c", "echo $COLOUR").Should().Be("red\n");
    }

    [HostFact]
    public void Exec_Process_IsTheFilesAndNothingOfTheContainers()
    {
        Bundle bundle = Waiting();
        bundle.Process["env"]!.AsArray().Add("COLOUR=red");
        using Container container = RunDetached(bundle.Save());
        string file = Path.Combine(Folder, "process.json");
        File.WriteAllText(file, new JsonObject
        {
            ["args"] = Bundle.Array("sh", "-c", "echo colour=$COLOUR size=$SIZE; pwd; id -u; ulimit -n"),
            ["env"] = Bundle.Array("PATH=/bin", "SIZE=big", Marker),
            ["cwd"] = "/tmp",
            ["user"] = new JsonObject { ["uid"] = 3 },
            ["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_NOFILE", ["soft"] = 77, ["hard"] = 88 }),
        }.ToJsonString());

        Outcome outcome = Ocirun.Run("exec", "--process", file, container.Id);

        outcome.Status.Should().Be(0, "{0}", outcome);
        outcome.Output.Should().Be("colour= size=big\n/tmp\n3\n77\n");
    }

    [HostFact]
    public void Exec_ProcessWithErrors_NamesTheFileAndThePlaces()
    {
        using Container container = RunDetached(Waiting());
        string file = Path.Combine(Folder, "process.json");
        File.WriteAllText(file, """{"args": [], "cwd": "relative"}""");

        Outcome outcome = Ocirun.Run("exec", "-p", file, container.Id);

        outcome.Status.Should().Be(255);
        outcome.Error.Should().Contain($"{file}: /args: is required").And.Contain($"{file}: /cwd: \"relative\"");
    }

    [HostFact]
    public void Exec_Detached_ReturnsWithThePidInTheFile()
    {
        using Container container = RunDetached(Waiting());
        string file = Path.Combine(Folder, "pid");

        _ = Ocirun.Succeed("exec", "--detach", "--pid-file", file, container.Id, "/guest", "sleep");

        int pid = int.Parse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture);
        new FileInfo($"/proc/{pid}/ns/pid").LinkTarget.Should().Be(new FileInfo($"/proc/{container.Pid}/ns/pid").LinkTarget);
        KillAndReap(file);
    }

    [HostFact]
    public void Exec_FailedDetached_LeavesNoPidFile()
    {
        using Container container = RunDetached(Waiting());
        string file = Path.Combine(Folder, "pid");

        Ocirun.Run("exec", "-d", "--pid-file", file, container.Id, "missing").Status.Should().Be(255);

        File.Exists(file).Should().BeFalse();
    }

    [HostFact]
    public void Exec_PidfdSocket_SendsTheProcess()
    {
        using Container container = RunDetached(Waiting());
        using DescriptorSocket socket = new(Path.Combine(Folder, "socket"));
        string file = Path.Combine(Folder, "pid");

        _ = Ocirun.Succeed("exec", "-d", "--pid-file", file, "--pidfd-socket", socket.Path, container.Id, "/guest", "sleep");

        int number = socket.ReceiveAll().Single().Descriptors.Single().Number;
        File.ReadAllLines($"/proc/self/fdinfo/{number}").Should().Contain($"Pid:\t{File.ReadAllText(file)}");
        KillAndReap(file);
    }

    [HostFact]
    public void Exec_Descriptors_AreTheThreeStandardOnes()
    {
        using Container container = RunDetached(Waiting());

        Exec(container, "sh", "-c", "ls /proc/$$/fd; true").Should().Be("0\n1\n2\n");
    }

    [HostFact]
    public void Exec_PreserveFds_PassesThemOn()
    {
        using Container container = RunDetached(Waiting());
        string file = Path.Combine(Folder, "content");
        File.WriteAllText(file, "kept\n");
        using Descriptor open = Descriptor.Open(file, 0);

        Outcome outcome = Ocirun.RunWith(
            l => l with { Leaked = new System.Collections.Generic.Dictionary<int, Descriptor> { [3] = open } },
            "exec", "--preserve-fds", "1", container.Id, "sh", "-c", "cat <&3; ls /proc/$$/fd; true");

        outcome.Output.Should().Be("kept\n0\n1\n2\n3\n", "{0}", outcome);
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Exec_Tty_IsATerminalOfTheContainersDevpts()
    {
        using PseudoTerminal terminal = new();
        using Container container = RunDetached(Waiting());
        using ChildProcess exec = Ocirun.StartWith(l => l with { Terminal = terminal.Path }, "exec", "-t", container.Id, "sh", "-c", "test -t 0 && tty; read line; echo got $line; exit 3");

        terminal.Output.WaitFor("/dev/pts/0");
        terminal.Type("words\n");

        exec.Wait().Status.Should().Be(3);
        terminal.Output.WaitFor("got words");
    }

    [HostFact]
    public void Exec_DetachedTty_SendsTheTerminal()
    {
        using DescriptorSocket socket = new(Path.Combine(Folder, "socket"));
        string file = Path.Combine(Folder, "pid");
        using Container container = RunDetached(Waiting());

        _ = Ocirun.Succeed("exec", "-d", "-t", "--pid-file", file, "--console-socket", socket.Path, container.Id, "sh", "-c", "tty; read line");

        using OutputReader terminal = new(socket.ReceiveAll().Single().Descriptors.Single());
        terminal.WaitFor("/dev/pts/0");
        terminal.Source.Write("\n");
        KillAndReap(file);
    }

    [HostFact]
    public void Exec_Signal_IsForwarded()
    {
        using Container container = RunDetached(Waiting());
        using ChildProcess exec = Ocirun.Start("exec", container.Id, "/guest", "sleep");
        exec.Output!.WaitFor("ready");

        exec.Signal(Signals.Terminate);

        _ = exec.Wait();
        exec.Output.Text.Should().Contain("signal 15");
    }

    [HostFact(Needs.CgroupV1)]
    public void Exec_SubCgroup_IsBelowTheContainers()
    {
        using Container container = RunDetached(Waiting());
        string folder = Cgroups.Of(container.Pid, "pids");
        _ = Directory.CreateDirectory(Path.Combine(folder, "below"));
        try
        {
            string[] groups = Ocirun.Succeed("exec", "--cgroup", "pids:below", container.Id, "cat", "/proc/self/cgroup").Output.Split('\n');

            groups.Should().ContainSingle(l => l.Contains(":pids:", StringComparison.Ordinal) && l.EndsWith("/below", StringComparison.Ordinal));
            groups.Where(l => l.EndsWith("/below", StringComparison.Ordinal)).Should().HaveCount(1);
        }
        finally
        {
            Directory.Delete(Path.Combine(folder, "below"));
        }
    }

    [HostFact(Needs.CgroupV2)]
    [Trait("Category", "Vm")]
    public void Exec_SubCgroupOfVersion2_IsBelowTheContainers()
    {
        using Container container = RunDetached(Waiting());
        string folder = Cgroups.Of(container.Pid, "");
        _ = Directory.CreateDirectory(Path.Combine(folder, "below"));

        Ocirun.Succeed("exec", "--cgroup", "below", container.Id, "cat", "/proc/self/cgroup").Output.Should().Be("0::/below\n");
        Directory.Delete(Path.Combine(folder, "below"));
    }

    // systemd moves itself into a group below and hands controllers down: the container's own folder takes no process any more.
    [HostFact(Needs.CgroupV2)]
    [Trait("Category", "Vm")]
    public void Exec_FirstProcessMovedBelow_FollowsIt()
    {
        using Container container = RunDetached(Waiting());
        string folder = Cgroups.Of(container.Pid, "");
        _ = Directory.CreateDirectory(Path.Combine(folder, "below"));
        File.WriteAllText(Path.Combine(folder, "below", "cgroup.procs"), container.Pid.ToString(CultureInfo.InvariantCulture));
        File.WriteAllText(Path.Combine(folder, "cgroup.subtree_control"), "+pids");

        Exec(container, "cat", "/proc/self/cgroup").Should().Be("0::/below\n");
    }

    [HostTheory]
    [InlineData("../../x")]
    [InlineData("..")]
    [InlineData("missing")]
    public void Exec_CgroupThatIsNotBelow_IsRefused(string path)
    {
        using Container container = RunDetached(Waiting());
        string flag = Host.Cgroups == CgroupMode.V2 ? path : $"pids:{path}";

        Outcome outcome = Ocirun.Run("exec", "--cgroup", flag, container.Id, "true");

        outcome.Status.Should().Be(255);
        outcome.Error.Should().Contain("--cgroup").And.Contain(path);
    }

    [HostFact]
    public void Exec_ManyTimes_LeavesNoProcess()
    {
        using Container container = RunDetached(Waiting());

        for (int i = 0; i < 100; i++)
        {
            Exec(container, "true").Should().BeEmpty();
        }

        Directory.GetFiles($"/proc/{container.Pid}/task/{container.Pid}", "children").Select(File.ReadAllText).Should().Equal("");
    }

    [HostFact]
    public void Exec_Log_HasOneObjectForAFailure()
    {
        using Container container = RunDetached(Waiting());
        string log = Path.Combine(Folder, "log.json");

        Ocirun.Run("--log", log, "--log-format", "json", "exec", container.Id, "missing").Status.Should().Be(255);

        JsonNode.Parse(File.ReadAllText(log))!["msg"]!.GetValue<string>().Should().Contain("executable file not found in $PATH");
    }

    private string Exec(Container container, params string[] command) => Ocirun.Succeed(["exec", container.Id, .. command]).Output;

    // pid_namespaces(7): the first process can't end before all in its namespace are reaped, and the test is this one's parent.
    private static void KillAndReap(string pidFile)
    {
        int pid = int.Parse(File.ReadAllText(pidFile), NumberStyles.None, CultureInfo.InvariantCulture);
        _ = Native.Kill(pid, Signals.Kill);
        Native.WaitPid(pid, out _, 0).Should().Be(pid);
    }

    // It waits for a line that never comes, without a child of its own.
    private Bundle Waiting() => NewBundle("/guest", "sleep");
}
