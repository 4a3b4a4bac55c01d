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

    private string LogFile => Path.Combine(Folder, "hooks.log");

    // config.md, "POSIX-platform Hooks": the summary table's order; startContainer alone runs inside, and writes there.
    [HostFact]
    public void Hooks_OfEveryKind_RunInOrderWithTheState()
    {
        string id = NewId();
        Bundle bundle = NewShell("cat /inside.log; echo program").With(b =>
        {
            b.Config["root"]!["readonly"] = false;
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
        State(inside[1], id, "created")["pid"]!.GetValue<int>().Should().Be(1);
        inside[2].Should().Be("program");
        string[] lines = File.ReadAllLines(LogFile);
        lines.Where((_, i) => i % 2 == 0).Should().Equal(s_outside);
        string[] statuses = ["creating", "creating", "creating", "running", "stopped"];
        for (int i = 0; i < s_outside.Length; i++)
        {
            _ = State(lines[(2 * i) + 1], id, statuses[i]);
        }
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
        outcome.Error.Should().Contain($"running {kind} hook /bin/sh").And.Contain($"/hooks/{kind}/0").And.Contain("exited with status 7")
            .And.Contain("the reason");
        NothingIsLeft();
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

    private static JsonObject State(string json, string id, string status)
    {
        JsonObject state = JsonNode.Parse(json)!.AsObject();
        state["id"]!.GetValue<string>().Should().Be(id);
        state["status"]!.GetValue<string>().Should().Be(status);
        return state;
    }
}
