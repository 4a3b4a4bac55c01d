// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Process;

public sealed class DescriptorTests : ContainerTest
{
    [HostFact]
    [Trait("Category", "Vm")]
    public void Descriptors_Run_AreThree() =>
        NumbersIn(Run(ReportBundle()).Output).Should().Equal(0, 1, 2);

    [HostFact]
    public void Descriptors_CreateAndStart_AreThree()
    {
        using Container container = Create(ReportBundle()).Start();

        NumbersIn(container.Output.ReadToEnd()).Should().Equal(0, 1, 2);
    }

    [HostFact]
    public void Descriptors_CallerLeaksSome_AreThree()
    {
        using Descriptor zero = Descriptor.Open("/dev/zero", 0);
        Dictionary<int, Descriptor> leaked = new() { [3] = zero, [4] = zero, [9] = zero, [100] = zero, [500] = zero };

        Outcome outcome = Ocirun.RunWith(l => l with { Leaked = leaked }, "run", "--bundle", ReportBundle().Folder, NewId());

        NumbersIn(outcome.Output).Should().Equal(0, 1, 2);
    }

    [HostTheory]
    [InlineData(1)]
    [InlineData(3)]
    public void Descriptors_Preserved_AreExactlyThose(int count)
    {
        using Descriptor zero = Descriptor.Open("/dev/zero", 0);
        Dictionary<int, Descriptor> leaked = Enumerable.Range(3, count + 2).ToDictionary(n => n, _ => zero);

        Outcome outcome = Ocirun.RunWith(l => l with { Leaked = leaked }, "run", "--preserve-fds", $"{count}", "--bundle", ReportBundle().Folder, NewId());

        JsonObject descriptors = In(outcome.Output);
        Numbers(descriptors).Should().Equal(Enumerable.Range(0, 3 + count));
        descriptors["3"]!.GetValue<string>().Should().Be("/dev/zero");
    }

    // sd_listen_fds(3): those of a service manager come first, then the others; their number and names are in the environment.
    [HostTheory]
    [InlineData(0, "LISTEN_FDS=2 LISTEN_PID=1 LISTEN_FDNAMES=web:tls")]
    [InlineData(1, "LISTEN_FDS=2 LISTEN_PID=1 LISTEN_FDNAMES=web:tls")]
    public void Descriptors_OfAServiceManager_AreHandedOn(int preserved, string variables)
    {
        using Descriptor zero = Descriptor.Open("/dev/zero", 0);
        Bundle bundle = NewShell("echo LISTEN_FDS=$LISTEN_FDS LISTEN_PID=$LISTEN_PID LISTEN_FDNAMES=$LISTEN_FDNAMES; exec /guest report descriptors")
            .With(b => b.Process["env"]!.AsArray().Add("LISTEN_FDS=99"));
        string[] wrapper = ["sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=web:tls exec \"$@\"", "sh"];

        using ChildProcess run = Ocirun.StartUnder(
            l => l with { Leaked = Enumerable.Range(3, 4).ToDictionary(n => n, _ => zero) },
            wrapper, "run", "--preserve-fds", $"{preserved}", "--bundle", bundle.Folder, NewId());

        string[] output = run.Wait().Output.Split('\n', 2);
        output[0].Should().Be(variables);
        NumbersIn(output[1]).Should().Equal(Enumerable.Range(0, 5 + preserved));
    }

    [HostFact]
    public void Descriptors_OfAServiceManagerForAnotherProcess_AreNot()
    {
        using Descriptor zero = Descriptor.Open("/dev/zero", 0);
        Outcome outcome = Ocirun.RunWith(
            l => l with { Leaked = new Dictionary<int, Descriptor> { [3] = zero }, Environment = [.. l.Environment, "LISTEN_PID=1", "LISTEN_FDS=1"] },
            "run", "--bundle", NewShell("echo ${LISTEN_FDS-none}; ls /proc/self/fd").Folder, NewId());

        // 3 is the folder that ls itself reads.
        outcome.Output.Should().Be("none\n0\n1\n2\n3\n");
    }

    [HostFact]
    public void Descriptors_PreservedAcrossCreateAndStart_AreThose()
    {
        using Descriptor zero = Descriptor.Open("/dev/zero", 0);
        string id = NewId();
        ChildProcess create = Own(Ocirun.StartWith(
            l => l with { Leaked = new Dictionary<int, Descriptor> { [3] = zero, [4] = zero } },
            "create", "--preserve-fds=2", "--bundle", ReportBundle().Folder, id));
        using Container container = new(Ocirun, id, create);

        _ = container.Start();

        NumbersIn(container.Output.ReadToEnd()).Should().Equal(0, 1, 2, 3, 4);
    }

    [HostFact]
    public void Descriptors_PreservedButNotOpen_FailsAndLeavesNothing()
    {
        Outcome outcome = Run(ReportBundle(), "--preserve-fds", "2");

        outcome.Status.Should().Be(1, "{0}", outcome);
        NothingIsLeft();
    }

    [HostFact]
    public void Descriptors_Terminal_AreThree()
    {
        using PseudoTerminal terminal = new();
        Bundle bundle = NewBundle("sh", "-c", "/guest report descriptors; echo over").With(b => b.Process["terminal"] = true);

        using ChildProcess run = Ocirun.StartWith(l => l with { Terminal = terminal.Path }, "run", "--bundle", bundle.Folder, NewId());

        terminal.Output.WaitFor("over");
        run.Wait().Status.Should().Be(0);
        JsonObject descriptors = In(terminal.Output.Text.Replace("over", string.Empty, System.StringComparison.Ordinal));
        // The shell that ran the guest keeps the terminal as its tenth, for job control.
        Numbers(descriptors).Where(n => n < 10).Should().Equal(0, 1, 2);
    }

    private Bundle ReportBundle() => NewBundle("/guest", "report", "descriptors");

    private static JsonObject In(string report) => JsonNode.Parse(report)!["descriptors"]!.AsObject();

    private static IEnumerable<int> Numbers(JsonObject descriptors) => descriptors.Select(d => int.Parse(d.Key, System.Globalization.CultureInfo.InvariantCulture));

    private static IEnumerable<int> NumbersIn(string report) => Numbers(In(report));
}
