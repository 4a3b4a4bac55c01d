// SPDX-License-Identifier: Apache-2.0
using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;

namespace OciRuntime.Tests.Conformance.Cli;

public sealed class PidFileTests : ContainerTest
{
    private string PidFile => Path.Combine(Folder, "pid");

    // go-runc converts the whole text: a newline would be an error.
    [HostFact]
    public void PidFile_Create_HoldsTheNumberAlone()
    {
        using Container container = Create(NewBundle("true"), "--pid-file", PidFile);

        File.ReadAllText(PidFile).Should().Be($"{container.Pid}");
    }

    [HostFact]
    public void PidFile_RunDetached_HoldsTheNumberAlone()
    {
        using Container container = RunDetached(NewBundle("/guest", "sleep"), "--pid-file", PidFile);

        File.ReadAllText(PidFile).Should().Be($"{container.Pid}");
    }

    [HostFact]
    public void PidFile_OldOneIsThere_IsReplaced()
    {
        File.WriteAllText(PidFile, "123456789 and more");
        using Container container = Create(NewBundle("true"), "--pid-file", PidFile);

        File.ReadAllText(PidFile).Should().Be($"{container.Pid}");
        Directory.GetFiles(Folder).Should().Equal(PidFile);
    }

    [HostFact]
    public void PidFile_Relative_IsTakenFromTheCurrentDirectory()
    {
        string id = NewId();
        ChildProcess create = Own(Ocirun.StartWith(l => l with { WorkingDirectory = Folder }, "create", "--bundle", NewBundle("true").Folder, "--pid-file", "pid", id));
        using Container container = new(Ocirun, id, create);

        File.ReadAllText(PidFile).Should().Be($"{container.Pid}");
    }

    [HostFact]
    public void PidFile_FolderIsMissing_FailsAndLeavesNothing()
    {
        _ = Ocirun.Fail("create", "--bundle", NewBundle("true").Folder, "--pid-file", Path.Combine(Folder, "missing", "pid"), NewId());
        NothingIsLeft();
    }

    [HostFact]
    public void PidFile_CreateFails_IsNotWritten()
    {
        Bundle bundle = NewBundle("true");
        bundle.AddMount("/mnt", "nosuchfs", "none");

        _ = Ocirun.Fail("create", "--bundle", bundle.Save().Folder, "--pid-file", PidFile, NewId());

        File.Exists(PidFile).Should().BeFalse();
    }
}
