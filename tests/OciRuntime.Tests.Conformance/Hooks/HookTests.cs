// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Hooks;

public sealed class HookTests : ContainerTest
{
    private static readonly string[] s_outside = ["prestart", "createRuntime", "createContainer", "poststart", "poststop"];
    private static readonly string[] s_statuses = ["creating", "creating", "creating", "running", "stopped"];

    private string LogFile => Path.Combine(Folder, "hooks.log");

    // config.md, "POSIX-platform Hooks": the summary table's order; startContainer alone runs inside, and writes there.
    [HostFact]
    public void Hooks_OfEveryKind_RunInOrderWithTheState()
    {
        string id = NewId();
        Bundle bundle = NewShell("cat /inside.log; echo program").With(b =>
        {
            b.Config["root"]!["readonly"] = false;
            b.Config["annotations"] = new JsonObject { ["com.example.key"] = "its value" };
            b.Config["hooks"] = new JsonObject();
            foreach (string kind in s_outside)
            {
                b.Config["hooks"]![kind] = Hook($"(echo {kind}; cat; echo) >> {LogFile}");
            }

            b.Config["hooks"]!["startContainer"] = Hook("(echo startContainer; cat; echo) > /inside.log", "/bin/sh");
        });

        Outcome outcome = Ocirun.Run("run", "--bundle", bundle.Folder, id);

        outcome.Status.Should().Be(0, "{0}", outcome);
        string[] inside = outcome.Output.TrimEnd('\n').Split('\n');
        inside[0].Should().Be("startContainer");
        State(inside[1], bundle, id, "created")["pid"]!.GetValue<int>().Should().Be(1);
        inside[2].Should().Be("program");
        string[] lines = File.ReadAllLines(LogFile);
        lines.Where((_, i) => i % 2 == 0).Should().Equal(s_outside);
        JsonObject[] states = [.. lines.Where((_, i) => i % 2 == 1).Zip(s_statuses, (line, status) => State(line, bundle, id, status))];
        int host = states[0]["pid"]!.GetValue<int>();
        host.Should().BeGreaterThan(1);
        states.Select(state => state["pid"]?.GetValue<int>()).Should().Equal(host, host, 1, host, null);
    }

    // The runtime's hooks in its own namespaces; createContainer in the container's, but with the host's root until pivot_root.
    [HostFact]
    public void Hooks_OutsideOfTheRoot_AreInTheNamespacesAndFoldersOfTheirKind()
    {
        Bundle bundle = NewBundle("true").With(b =>
        {
            b.Config["hooks"] = new JsonObject();
            foreach (string kind in s_outside)
            {
                b.Config["hooks"]![kind] = Hook(
                    $"echo {kind} $(pwd) $(for n in mnt uts ipc net pid; do [ /proc/self/ns/$n -ef /proc/{System.Environment.ProcessId}/ns/$n ] && echo host || echo own; done) >> {LogFile}");
            }
        });

        Run(bundle).Status.Should().Be(0);

        const string Host = "host host host host host";
        string inBundle = $"{bundle.Folder} {Host}";
        File.ReadAllLines(LogFile).Should().Equal(
            $"prestart {inBundle}", $"createRuntime {inBundle}", $"createContainer {bundle.Folder}/rootfs own own own own own", $"poststart {inBundle}", $"poststop {inBundle}");
    }

    // It is a program of the image, and its rights are those of the container's own: as with runc.
    [HostFact]
    public void Hook_StartContainer_HasTheRightsAndTheFolderOfTheProcess()
    {
        Bundle bundle = NewShell("cat /tmp/seen").With(b =>
        {
            b.Config["root"]!["readonly"] = false;
            b.Config["process"]!["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
            b.Config["process"]!["cwd"] = "/home";
            b.Config["hooks"] = new JsonObject
            {
                ["startContainer"] = Hook("(id -u; id -g; pwd; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status) > /tmp/seen"),
            };
            b.Config["process"]!["capabilities"] = new JsonObject();
        });

        Outcome outcome = Run(bundle);

        outcome.Status.Should().Be(0, "{0}", outcome);
        outcome.Output.Should().Be("1000\n1000\n/home\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n");
    }

    [HostTheory]
    [InlineData(false, "two /root")]
    [InlineData(true, "three none")]
    public void Hook_StartContainerWithoutEnvironment_HasThatOfTheProcess(bool hasOwn, string expected)
    {
        JsonNode hooks = Hook("echo $ONE ${HOME-none} > /tmp/seen");
        hooks[0]!.AsObject().Remove("env");
        if (hasOwn)
        {
            hooks[0]!["env"] = Bundle.Array("ONE=three");
        }

        Bundle bundle = NewShell("cat /tmp/seen").With(b =>
        {
            b.Config["root"]!["readonly"] = false;
            b.Config["process"]!["env"]!.AsArray().Add("ONE=two");
            b.Config["hooks"] = new JsonObject { ["startContainer"] = hooks };
        });

        Outcome outcome = Run(bundle);

        outcome.Output.Should().Be($"{expected}\n", "{0}", outcome);
    }

    [HostFact]
    public void Hook_OfTheRuntimeWithoutEnvironment_HasNone()
    {
        JsonNode hooks = Hook($"/usr/bin/env > {LogFile}");
        hooks[0]!.AsObject().Remove("env");
        Bundle bundle = NewBundle("true").With(b => b.Config["hooks"] = new JsonObject { ["createRuntime"] = hooks });

        Run(bundle).Status.Should().Be(0);

        // A shell makes these itself.
        File.ReadAllLines(LogFile).Where(line => !line.StartsWith("PWD=") && !line.StartsWith("OLDPWD=") && !line.StartsWith("_=") && !line.StartsWith("SHLVL="))
            .Should().BeEmpty();
    }

    [HostFact]
    public void Hook_SecondOfAKindFails_TheThirdDoesNotRun()
    {
        Bundle bundle = NewBundle("true").With(b => b.Config["hooks"] = new JsonObject
        {
            ["createRuntime"] = new JsonArray([.. new[] { "true", "exit 3", $"touch {LogFile}" }.Select(script => Hook(script)[0]!.DeepClone())]),
        });

        Outcome outcome = Run(bundle);

        outcome.Error.Should().Contain("error running createRuntime hook #1: /bin/sh [sh -c exit 3] (/hooks/createRuntime/1): after ")
            .And.Contain(" ms it exited with status 3");
        File.Exists(LogFile).Should().BeFalse();
        NothingIsLeft();
    }

    [HostTheory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void Hook_Fails_RunFailsSaysSoAndLeavesNothing(string kind)
    {
        Bundle bundle = NewBundle("sh", "-c", "read line").With(b => b.Config["hooks"] = new JsonObject { [kind] = Hook("echo the reason >&2; exit 7") });

        Outcome outcome = Run(bundle);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain($"error running {kind} hook #0: /bin/sh").And.Contain($"/hooks/{kind}/0").And.Contain("exited with status 7")
            .And.Contain("it said: the reason");
        NothingIsLeft();
    }

    // runtime.md, "Lifecycle" 4 to 10: whichever hook fails, the container is stopped and the poststop hooks run.
    [HostTheory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    public void Hook_Fails_PoststopHooksRun(string kind)
    {
        Bundle bundle = NewBundle("sh", "-c", "read line").With(b => b.Config["hooks"] = new JsonObject
        {
            [kind] = Hook("exit 7"),
            ["poststop"] = Hook($"cat >> {LogFile}"),
        });
        string id = NewId();

        Ocirun.Run("run", "--bundle", bundle.Folder, id).Status.Should().Be(1);

        _ = State(File.ReadAllText(LogFile), bundle, id, "stopped");
        NothingIsLeft();
    }

    // The same in steps: a start whose poststart hook fails leaves no container.
    [HostFact]
    public void Hook_PoststartFails_StartRemovesTheContainer()
    {
        Bundle bundle = NewBundle("sh", "-c", "read line").With(b => b.Config["hooks"] = new JsonObject
        {
            ["poststart"] = Hook("exit 7"),
            ["poststop"] = Hook($"cat >> {LogFile}"),
        });
        string id = NewId();
        _ = Ocirun.Succeed("create", "--bundle", bundle.Folder, id);

        Outcome outcome = Ocirun.Run("start", id);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("error running poststart hook #0: /bin/sh");
        _ = State(File.ReadAllText(LogFile), bundle, id, "stopped");
        NothingIsLeft();
    }

    // More than a pipe holds, and a process that holds it open for longer than the container lives.
    [HostFact]
    public void Hook_WritesALotAndLeavesAProcessBehind_IsNotWaitedFor()
    {
        string never = MakeFifo("never");
        Bundle bundle = NewBundle("true").With(b => b.Config["hooks"] = new JsonObject
        {
            ["createRuntime"] = Hook($"head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; (read line < {never}) & exit 0"),
            ["poststop"] = Hook($"echo line > {never}"),
        });

        Run(bundle).Status.Should().Be(0);

        // Where ocirun ended first, what it left behind is the test's child, and ends now; ECHILD where it did not.
        _ = Native.WaitPid(-1, out _, 0);
    }

    // runtime.md, "Lifecycle": a poststop hook that fails is a warning only.
    [HostFact]
    public void Hook_PoststopFails_IsAWarning()
    {
        Bundle bundle = NewBundle("true").With(b => b.Config["hooks"] = new JsonObject { ["poststop"] = Hook("exit 7") });

        Outcome outcome = Run(bundle);

        outcome.Status.Should().Be(0);
        outcome.Error.Should().Contain("warning").And.Contain("poststop");
        NothingIsLeft();
    }

    [HostFact]
    public void Hook_IsLate_IsKilledAndNamed()
    {
        JsonNode hooks = Hook("exec sleep 1000");
        hooks[0]!["timeout"] = 1;
        Bundle bundle = NewBundle("true").With(b => b.Config["hooks"] = new JsonObject { ["createRuntime"] = hooks });

        Outcome outcome = Run(bundle);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("its timeout is 1 s");
        NothingIsLeft();
    }

    // A hook belongs to the command that runs it: nothing is left of it either.
    [HostFact]
    public void Hook_CommandIsKilledMeanwhile_DiesWithIt()
    {
        string ready = MakeFifo("ready");
        string never = MakeFifo("never");
        Bundle bundle = NewBundle("true").With(b => b.Config["hooks"] = new JsonObject { ["createRuntime"] = Hook($"echo ready > {ready}; read line < {never}") });
        string id = NewId();
        using ChildProcess create = Ocirun.Start("create", "--bundle", bundle.Folder, id);
        File.ReadAllText(ready).Should().Be("ready\n");

        create.Signal(Signals.Kill);
        _ = create.Wait();
        _ = Ocirun.Succeed("delete", "--force", id);

        NothingIsLeft();
    }

    private string MakeFifo(string name)
    {
        string path = Path.Combine(Folder, name);
        using ChildProcess mkfifo = ChildProcess.Start(new Launch("/usr/bin/mkfifo", [path]) { Environment = Ocirun.Environment });
        mkfifo.Wait().Status.Should().Be(0);
        return path;
    }

    private static JsonArray Hook(string script, string shell = "/bin/sh") =>
        new(new JsonObject { ["path"] = shell, ["args"] = Bundle.Array("sh", "-c", script), ["env"] = Bundle.Array("PATH=/usr/bin:/bin") });

    private static JsonObject State(string json, Bundle bundle, string id, string status)
    {
        JsonObject state = JsonNode.Parse(json)!.AsObject();
        state["id"]!.GetValue<string>().Should().Be(id);
        state["status"]!.GetValue<string>().Should().Be(status);
        state["ociVersion"]!.GetValue<string>().Should().Be(bundle.Config["ociVersion"]!.GetValue<string>());
        state["bundle"]!.GetValue<string>().Should().Be(bundle.Folder);
        JsonNode.DeepEquals(state["annotations"], bundle.Config["annotations"]).Should().BeTrue();
        return state;
    }
}
