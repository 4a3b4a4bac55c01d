// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

public sealed class EventsTests : ContainerTest
{
    private static readonly string[] s_members = ["cpu", "cpuset", "memory", "pids", "blkio", "hugetlb", "intel_rdt", "network_interfaces"];

    [HostFact]
    [Trait("Category", "Vm")]
    public void Stats_Once_AreOneLineOfRuncsDocument()
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        bundle.Resources["pids"] = new JsonObject { ["limit"] = 77 };
        bundle.Resources["memory"] = new JsonObject { ["limit"] = 67108864 };
        using Container container = Sleeper(bundle.Save());

        string output = Ocirun.Succeed("events", "--stats", container.Id).Output;

        output.Should().StartWith($"{{\"type\":\"stats\",\"id\":\"{container.Id}\",\"data\":{{\"cpu\":{{").And.EndWith("}}\n");
        JsonObject data = JsonNode.Parse(output)!["data"]!.AsObject();
        data.Select(member => member.Key).Should().Equal(s_members);
        data["pids"]!.ToJsonString().Should().MatchRegex("""^\{"current":[0-9]+,"limit":77\}$""");
        data["memory"]!["usage"]!["limit"]!.GetValue<long>().Should().Be(67108864);
        data["memory"]!["usage"]!["usage"]!.GetValue<long>().Should().BePositive();
        data["memory"]!["usage"]!["failcnt"]!.GetValue<long>().Should().Be(0);
        data["memory"]!["raw"]!.AsObject().Select(member => member.Key).Should().BeInAscendingOrder(System.StringComparer.Ordinal).And.NotBeEmpty();
        data["cpu"]!["usage"]!["total"]!.GetValue<long>().Should().BePositive();
        data["cpu"]!["usage"]!["kernel"].Should().NotBeNull();
        data["cpuset"]!["sched_relax_domain_level"].Should().NotBeNull();
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Events_EachInterval_UntilTheContainerIsGone()
    {
        using Container container = Sleeper(NewBundle("/guest", "sleep"));
        using ChildProcess events = Ocirun.Start("events", "--interval", "20ms", container.Id);
        for (int line = 0; line < 3; line++)
        {
            events.Output!.ReadLine().Should().StartWith($"{{\"type\":\"stats\",\"id\":\"{container.Id}\",");
        }

        _ = Ocirun.Succeed("delete", "--force", container.Id);

        events.Wait().Status.Should().Be(0);
    }

    // Of version 1 on this side only: in the lab's guest with version 1 no notice came within 5 minutes.
    [HostFact(Needs.CgroupV1)]
    public void Events_OutOfMemory_IsALineOfItsOwn() => OutOfMemoryIsALine();

    [HostFact(Needs.CgroupV2)]
    [Trait("Category", "Vm")]
    public void Events_OutOfMemoryOfVersion2_IsALineOfItsOwn() => OutOfMemoryIsALine();

    private void OutOfMemoryIsALine()
    {
        // The first process waits; another one takes what there is not.
        Bundle bundle = NewShell("echo ready; read line; /guest alloc 100000000; echo status $?; read line");
        bundle.Resources["memory"] = new JsonObject { ["limit"] = 33554432, ["swap"] = 33554432 };
        (Descriptor input, Descriptor output) = Descriptor.Pipe();
        string id = NewId();
        using Container container = Own(new Container(Ocirun, id, Own(Ocirun.StartWith(l => l with { Input = input }, "create", "--bundle", bundle.Save().Folder, id)))).Start();
        container.Output.ReadLine().Should().Be("ready");
        using ChildProcess events = Ocirun.Start("events", "--interval=10ms", id);
        events.Output!.ReadLine().Should().Contain("\"stats\"");

        output.Write("go\n");
        container.Output.ReadLine().Should().StartWith("status ");

        string? line = events.Output.ReadLine();
        while (line is not null && line.Contains("\"stats\"", System.StringComparison.Ordinal))
        {
            line = events.Output.ReadLine();
        }

        line.Should().Be($"{{\"type\":\"oom\",\"id\":\"{id}\"}}");
        _ = Ocirun.Succeed("delete", "--force", id);
        events.Wait().Status.Should().Be(0);
        output.Dispose();
        input.Dispose();
    }

    [HostTheory]
    [InlineData("0", "duration interval must be greater than 0")]
    [InlineData("-1s", "duration interval must be greater than 0")]
    [InlineData("5", "invalid value \"5\" for --interval")]
    [InlineData("soon", "invalid value \"soon\" for --interval")]
    public void Events_WrongInterval_IsRefused(string interval, string problem)
    {
        using Container container = Sleeper(NewBundle("/guest", "sleep"));

        Ocirun.Fail("events", $"--interval={interval}", container.Id).Error.Should().Contain(problem);
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void Events_Stopped_SaysSo()
    {
        using Container container = Create(NewBundle("true")).Start();
        _ = container.WaitForExit();

        Ocirun.Fail("events", container.Id).Error.Should().Contain($"container with id {container.Id} is not running");
        Ocirun.Fail("events", "--stats", NewId()).Error.Should().Contain("container does not exist");
    }

    private Container Sleeper(Bundle bundle)
    {
        Container container = Create(bundle).Start();
        container.Output.ReadLine().Should().Be("ready");
        return container;
    }
}
