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
