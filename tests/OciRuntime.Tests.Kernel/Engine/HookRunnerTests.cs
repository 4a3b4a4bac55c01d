// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel.Engine;

public sealed class HookRunnerTests : KernelTest
{
    private readonly TemporaryFolder _folder = new();

    protected override void Dispose(bool disposing)
    {
        _folder.Dispose();
        base.Dispose(disposing);
    }

    [KernelFact]
    public void Success_ReadsTheStateAndHasArgumentsAndEnvironment()
    {
        Shell("cat > \"$1\"; printf '%s|%s|%s' \"$0\" \"$2\" \"$FROM\" > \"$1.args\"", _folder["state"], "last").Should().Be("ok");
        File.ReadAllText(_folder["state.args"]).Should().Be("hook|last|the runtime");
        using JsonDocument state = JsonDocument.Parse(File.ReadAllText(_folder["state"]));
        state.RootElement.GetProperty("id").GetString().Should().Be("some-id");
        state.RootElement.GetProperty("status").GetString().Should().Be("creating");
        state.RootElement.GetProperty("pid").GetInt32().Should().Be(4711);
        state.RootElement.GetProperty("bundle").GetString().Should().Be("/some/bundle");
    }

    [KernelFact]
    public void Status_IsNamedWithTheLastOfWhatItSaid() =>
        Shell("echo one; echo two >&2; exit 3").Should().MatchRegex(Failure("exited with status 3; it said: one \\| two"));

    [KernelFact]
    public void Folder_IsWhereItStarts()
    {
        Shell("pwd > \"$1\"", _folder["out"]).Should().Be("ok");
        File.ReadAllText(_folder["out"]).Should().Be("/usr/lib\n");
    }

    // Many times what a pipe holds: a hook that is not read would never end.
    [KernelFact]
    public void Output_LongerThanAPipe_IsReadMeanwhile()
    {
        string said = Shell("i=0; while [ $i -lt 2000 ]; do printf '%01000d' $i; echo 1>&2; i=$((i+1)); done; echo last; exit 1");
        said.Should().EndWith("| last").And.Contain("it said: [...] ");
        said.Length.Should().BeLessThan(3000);
    }

    [KernelFact]
    public void Output_Closed_IsNotWaitedFor() =>
        Shell("exec >&- 2>&-; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 5").Should().MatchRegex(Failure("exited with status 5"));

    [KernelFact]
    public void Arguments_LongerThanAMessage_DoNotHideTheReason() =>
        Run("/bin/sh", 0, 10, "sh", "-c", "exit 6", new string('x', 20_000)).Should().EndWith("it exited with status 6").And.Contain("xxx...]")
            .And.Subject.Length.Should().BeLessThan(2000);

    [KernelFact]
    public void Output_LongerThanTheTail_IsCutAtTheFront()
    {
        string said = Shell("i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; exit 1");
        said.Should().EndWith("| line 1999").And.NotContain("line 1000 ");
        said.Length.Should().BeLessThan(3000);
    }

    [KernelFact]
    public void Signal_IsNamed() => Shell("kill -9 $$").Should().MatchRegex(Failure("was killed by signal 9"));

    [KernelFact]
    public void Timeout_KillsIt() =>
        Run("/bin/sh", 1, 10, "sh", "-c", "echo waiting; read forever < \"$0\"", Fifo()).Should().MatchRegex(
            "after 1[0-9]{3} ms it was killed: its timeout is 1 s; it said: waiting$");

    [KernelFact]
    public void Timeout_LongerThanAnyHost_IsNoError() => Run("/bin/true", int.MaxValue, 10, "true").Should().Be("ok");

    [KernelFact]
    public void MissingProgram_SaysExecsReason() =>
        Run("/no/such/hook", 0, 10, "hook").Should().MatchRegex("^error running createRuntime hook #0: /no/such/hook \\[hook\\] \\(/hooks/createRuntime/0\\): "
            + "after [0-9]+ ms it could not be started: exec /no/such/hook: ENOENT \\(no such file or directory\\)$");

    [KernelFact]
    public void NotExecutable_SaysExecsReason()
    {
        File.WriteAllText(_folder["hook"], "#!/bin/sh\n");
        Run(_folder["hook"], 0, 10, "hook").Should().EndWith($"exec {_folder["hook"]}: EACCES (permission denied)");
    }

    [KernelFact]
    public void BigState_ReadByNobody_IsNoError() => Run("/bin/true", 0, 1_000_000, "true").Should().Be("ok");

    [KernelFact]
    public void BigState_ReadByTheHook_IsWhole()
    {
        Run("/bin/sh", 0, 1_000_000, "sh", "-c", "cat > \"$0\"", _folder["state"]).Should().Be("ok");
        using JsonDocument state = JsonDocument.Parse(File.ReadAllText(_folder["state"]));
        state.RootElement.GetProperty("annotations").GetProperty("big").GetString()!.Length.Should().Be(1_000_000);
    }

    // It keeps the hook's descriptors: nobody may wait for their end.
    [KernelFact]
    public void BackgroundProcess_HoldingTheOutput_IsNotWaitedFor()
    {
        string asked = Fifo("asked");
        string ended = Fifo("ended");
        Shell("(read word < \"$1\"; echo $word > \"$2\") & exit 4", asked, ended).Should().MatchRegex(Failure("exited with status 4"));

        // It waits for this word, so a runner that waited for it would not have come here.
        File.WriteAllText(asked, "now\n");
        File.ReadAllText(ended).Should().Be("now\n");
    }

    [KernelFact]
    public void Hook_HasThreeDescriptorsAndNoSignalHeldBack()
    {
        // 3 is the folder that ls itself reads.
        Shell("echo $(ls /proc/self/fd) $(grep -E '^Sig(Blk|Ign)' /proc/self/status) > \"$1\"", _folder["out"]).Should().Be("ok");
        File.ReadAllText(_folder["out"]).Trim().Should().Be("0 1 2 3 SigBlk: 0000000000000000 SigIgn: 0000000000000000");
    }

    private static string Failure(string ending) =>
        $"^error running createRuntime hook #0: /bin/sh \\[.*\\] \\(/hooks/createRuntime/0\\): after [0-9]+ ms it {ending}$";

    private static string Shell(string script, params string[] arguments) => Run("/bin/sh", 0, 10, ["sh", "-c", script, "hook", .. arguments]);

    private static string Run(string path, int timeoutSeconds, int stateSize, params string[] arguments)
    {
        Dictionary<string, string> seen = ChildProgram.Run(
            ["hook", path, timeoutSeconds.ToString(CultureInfo.InvariantCulture), stateSize.ToString(CultureInfo.InvariantCulture), .. arguments]);
        seen["mask kept"].Should().Be("true");
        seen["children"].Should().Be("0", "a hook is reaped");
        return seen["outcome"];
    }

    private string Fifo(string name = "fifo")
    {
        Command.Run("mkfifo", _folder[name]).Status.Should().Be(0);
        return _folder[name];
    }
}
