// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Cli;

/// <summary>Shapes that clients parse: anchors B.4.</summary>
public sealed class StateFormatTests : ContainerTest
{
    [HostFact]
    [Trait("Category", "Vm")]
    public void State_Created_HasTheFieldsInOrder()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow;
        Bundle bundle = NewBundle("true");
        using Container container = Create(bundle);

        string text = Ocirun.Succeed("state", container.Id).Output;

        JsonObject state = JsonNode.Parse(text)!.AsObject();
        state.Select(f => f.Key).Should().Equal("ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "owner");
        state["ociVersion"]!.GetValue<string>().Should().StartWith("1.");
        state["id"]!.GetValue<string>().Should().Be(container.Id);
        state["pid"]!.GetValue<int>().Should().BePositive();
        state["status"]!.GetValue<string>().Should().Be("created");
        state["bundle"]!.GetValue<string>().Should().Be(bundle.Folder);
        state["rootfs"]!.GetValue<string>().Should().Be(bundle.Rootfs);
        state["owner"]!.GetValue<string>().Should().BeEmpty();
        string created = state["created"]!.GetValue<string>();
        created.Should().MatchRegex("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z$");
        DateTimeOffset.Parse(created, CultureInfo.InvariantCulture).Should().BeOnOrAfter(before.AddSeconds(-1)).And.BeOnOrBefore(DateTimeOffset.UtcNow.AddSeconds(1));
    }

    [HostFact]
    public void State_Text_IsIndentedByTwoWithoutANewlineAtTheEnd()
    {
        using Container container = Create(NewBundle("true"));

        string text = Ocirun.Succeed("state", container.Id).Output;

        text.Should().StartWith("{\n  \"ociVersion\": \"").And.EndWith("\n}");
    }

    [HostFact]
    public void State_Annotations_ComeBeforeTheOwner()
    {
        Bundle bundle = NewBundle("true");
        bundle.Config["annotations"] = new JsonObject { ["a"] = "b" };
        using Container container = Create(bundle.Save());

        container.State().Select(f => f.Key).Should().Equal("ociVersion", "id", "pid", "status", "bundle", "rootfs", "created", "annotations", "owner");
    }

    [HostFact]
    public void State_Unknown_SaysDoesNotExist()
    {
        Outcome outcome = Ocirun.Fail("state", NewId());

        outcome.Error.Should().Contain("container does not exist");
        outcome.Output.Should().BeEmpty();
    }

    [HostFact]
    public void List_Empty_IsNullAsJsonAndAHeadingAsTable()
    {
        _ = System.IO.Directory.CreateDirectory(Ocirun.Root);

        Ocirun.Succeed("list", "--format", "json").Output.Should().Be("null\n");
        Ocirun.Succeed("list", "-f", "json").Output.Should().Be("null\n");
        Ocirun.Succeed("list").Output.Should().MatchRegex("^ID +PID +STATUS +BUNDLE +CREATED +OWNER\n$");
        Ocirun.Succeed("list", "--quiet").Output.Should().BeEmpty();
        Ocirun.Succeed("list", "-q").Output.Should().BeEmpty();
    }

    [HostFact]
    public void List_Json_IsOneCompactLine()
    {
        using Container first = Create(NewBundle("true"));
        using Container second = Create(NewBundle("/guest", "sleep")).Start();

        string text = Ocirun.Succeed("list", "--format=json").Output;

        text.Should().StartWith("[{\"ociVersion\":\"").And.EndWith("\"}]\n");
        text.Count(c => c == '\n').Should().Be(1);
        JsonArray list = JsonNode.Parse(text)!.AsArray();
        list.Select(c => c!["id"]!.GetValue<string>()).Should().BeEquivalentTo(first.Id, second.Id);
        list.Select(c => c!["status"]!.GetValue<string>()).Should().BeEquivalentTo("created", "running");
        list.Should().OnlyContain(c => c!["owner"]!.GetValue<string>() == "root");
    }

    [HostFact]
    public void List_Table_HasColumnsOfTwelveWithThreeBetween()
    {
        Bundle bundle = NewBundle("true");
        using Container container = Create(bundle);

        string[] lines = Ocirun.Succeed("list").Output.TrimEnd('\n').Split('\n');

        lines.Should().HaveCount(2);
        int pid = lines[0].IndexOf("PID", StringComparison.Ordinal);
        pid.Should().BeGreaterThanOrEqualTo(12);
        lines[1][..pid].TrimEnd().Should().Be(container.Id);
        lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(6)
            .And.StartWith([container.Id, $"{container.Pid}", "created", bundle.Folder]).And.EndWith("root");
    }

    [HostFact]
    public void List_Quiet_IsIds()
    {
        using Container container = Create(NewBundle("true"));

        Ocirun.Succeed("list", "-q").Output.Should().Be($"{container.Id}\n");
    }

    [HostFact]
    public void List_ForeignFolderInTheRoot_IsLeftOut()
    {
        using Container container = Create(NewBundle("true"));
        string foreign = System.IO.Path.Combine(Ocirun.Root, "foreign");
        _ = System.IO.Directory.CreateDirectory(foreign);

        Ocirun.Succeed("list", "-q").Output.Should().Be($"{container.Id}\n");
        System.IO.Directory.Delete(foreign);
    }
}
