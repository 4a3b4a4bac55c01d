// SPDX-License-Identifier: Apache-2.0
using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class StartTests : ContainerTest
{
    // The words are those that containerd, moby and podman look for: anchors B.5.
    [HostTheory]
    [InlineData("missing", "executable file not found in $PATH")]
    [InlineData("/missing", "no such file or directory")]
    [InlineData("/bin/missing-too", "no such file or directory")]
    [InlineData("/etc/passwd", "permission denied")]
    [InlineData("/etc", "(is a directory|permission denied)")]
    [InlineData("/opt/no-interpreter", "no such file or directory")]
    [InlineData("/opt/foreign", "exec format error")]
    [InlineData("/opt/empty", "exec format error")]
    [InlineData("/etc/passwd/below", "not a directory")]
    public void Start_ProgramCannotBeExecuted_SaysWhy(string program, string words)
    {
        Bundle bundle = BundleWithBadPrograms(program);
        string id = NewId();

        using ChildProcess create = Ocirun.Start("create", "--bundle", bundle.Folder, id);
        Outcome outcome = create.Wait();
        if (outcome.Status == 0)
        {
            outcome = Ocirun.Fail("start", id);
            Ocirun.StatusOf(id).Should().Be("stopped");
            _ = Ocirun.Succeed("delete", id);
        }

        outcome.Status.Should().Be(1, "{0}", outcome);
        outcome.Error.Should().MatchRegex(words.Replace("$", "\\$", System.StringComparison.Ordinal));
        outcome.Error.Should().Contain(program);
        NothingIsLeft();
    }

    [HostTheory]
    [InlineData("missing", "executable file not found in $PATH")]
    [InlineData("/missing", "no such file or directory")]
    [InlineData("/etc/passwd", "permission denied")]
    [InlineData("/etc", "(is a directory|permission denied)")]
    [InlineData("/opt/no-interpreter", "no such file or directory")]
    [InlineData("/opt/foreign", "exec format error")]
    public void Run_ProgramCannotBeExecuted_SaysWhy(string program, string words)
    {
        Outcome outcome = Run(BundleWithBadPrograms(program));

        outcome.Status.Should().Be(1, "{0}", outcome);
        outcome.Error.Should().MatchRegex(words.Replace("$", "\\$", System.StringComparison.Ordinal));
        outcome.Error.Should().Contain(program);
        NothingIsLeft();
    }

    [HostFact]
    public void Run_DetachedProgramCannotBeExecuted_FailsAndLeavesNothing()
    {
        Outcome outcome = Run(BundleWithBadPrograms("/opt/foreign"), "--detach");

        outcome.Status.Should().Be(1, "{0}", outcome);
        outcome.Error.Should().Contain("exec format error");
        NothingIsLeft();
    }

    [HostFact]
    public void Start_UnknownContainer_Fails() =>
        Ocirun.Fail("start", NewId()).Error.Should().Contain("container does not exist");

    [HostFact]
    public void Start_Running_Fails()
    {
        using Container container = Create(NewBundle("/guest", "sleep")).Start();

        Ocirun.Fail("start", container.Id).Error.Should().Contain("cannot start an already running container");

        container.Output.ReadLine().Should().Be("ready");
    }

    [HostFact]
    public void Start_Stopped_Fails()
    {
        using Container container = Create(NewBundle("true")).Start();
        _ = container.WaitForExit();

        Ocirun.Fail("start", container.Id).Error.Should().Contain("cannot start a container that has stopped");
    }

    // When start returns, execve has happened: the process shows the container's program, not the runtime.
    [HostFact]
    public void Start_Returns_ProgramReallyRuns()
    {
        for (int i = 0; i < 20; i++)
        {
            using Container container = Create(NewBundle("/guest", "sleep")).Start();

            File.ReadAllText($"/proc/{container.Pid}/cmdline").Should().StartWith("/guest\0sleep");
            container.Status.Should().Be("running");
            _ = Ocirun.Succeed("delete", "--force", container.Id);
        }
    }

    private Bundle BundleWithBadPrograms(string program)
    {
        Bundle bundle = NewBundle(program);
        _ = bundle.AddProgram("/opt/no-interpreter", "#!/opt/interpreter-that-is-not-there\n");
        _ = bundle.AddProgram("/opt/empty", string.Empty);
        _ = bundle.AddProgram("/opt/foreign", string.Empty);
        // The start of busybox, with e_machine (offset 18) = EM_AARCH64.
        byte[] elf = File.ReadAllBytes(Path.Combine(bundle.Rootfs, "bin/busybox"))[..4096];
        elf[18] = 183;
        File.WriteAllBytes(Path.Combine(bundle.Rootfs, "opt/foreign"), elf);
        return bundle;
    }
}
