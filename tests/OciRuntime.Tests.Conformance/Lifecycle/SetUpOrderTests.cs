// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

/// <summary>What is made in a file system is made before it becomes read-only.</summary>
public sealed class SetUpOrderTests : ContainerTest
{
    [HostFact]
    public void Cwd_MissingInAReadOnlyRoot_IsMade()
    {
        Bundle bundle = NewShell("pwd; touch here").With(b => b.Process["cwd"] = "/made/for/it");

        Outcome outcome = Run(bundle);

        outcome.Output.Should().Be("/made/for/it\n", "{0}", outcome);
        outcome.Error.Should().Contain("Read-only file system");
    }

    [HostFact]
    public void Dev_ReadOnlyTmpfs_HasNodesAndMountPoints()
    {
        Bundle bundle = NewShell("test -c /dev/null && test -d /dev/pts && touch /dev/new").With(ReadOnlyDev);

        Outcome outcome = Run(bundle);

        outcome.Error.Should().Contain("Read-only file system", "{0}", outcome);
    }

    [HostFact]
    public void Dev_ReadOnlyTmpfsAndTerminal_HasTheConsole()
    {
        using PseudoTerminal terminal = new();
        Bundle bundle = NewShell("test -c /dev/console && echo there").With(ReadOnlyDev).With(b => b.Process["terminal"] = true);

        using ChildProcess run = Ocirun.StartWith(l => l with { Terminal = terminal.Path }, "run", "--bundle", bundle.Folder, NewId());

        terminal.Output.WaitFor("there");
        run.Wait().Status.Should().Be(0);
    }

    private static void ReadOnlyDev(Bundle bundle) =>
        bundle.Mounts.Single(m => m!["destination"]!.GetValue<string>() == "/dev")!["options"]!.AsArray().Add("ro");
}
