// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Process;

public sealed class IdentityTests : ContainerTest
{
    [HostFact]
    public void User_DefaultConfig_IsRootWithoutGroups()
    {
        JsonNode process = Seen(NewBundle());

        process["uid"]!.GetValue<long>().Should().Be(0);
        process["gid"]!.GetValue<long>().Should().Be(0);
        process["groups"]!.AsArray().Should().BeEmpty();
    }

    [HostFact]
    public void User_IdsAndGroups_AreSet()
    {
        Bundle bundle = NewBundle();
        bundle.Process["user"] = new JsonObject { ["uid"] = 1234, ["gid"] = 5678, ["additionalGids"] = new JsonArray(10, 20, 4000000000) };

        JsonNode process = Seen(bundle);

        process["uid"]!.GetValue<long>().Should().Be(1234);
        process["gid"]!.GetValue<long>().Should().Be(5678);
        process["groups"]!.AsArray().Select(g => g!.GetValue<long>()).Should().Equal(10, 20, 4000000000);
    }

    // The caller's own groups must not go with the program.
    [HostFact]
    public void User_CallerHasGroups_AreDropped()
    {
        Bundle bundle = NewBundle("/guest", "report", "process");
        using ChildProcess run = Ocirun.StartUnder(["setpriv", "--groups", "5,6,7"], "run", "--bundle", bundle.Folder, NewId());

        JsonNode.Parse(run.Wait().Output)!["process"]!["groups"]!.AsArray().Should().BeEmpty();
    }

    [HostFact]
    public void Umask_NotGiven_Is0022() => Seen(NewBundle())["umask"]!.GetValue<string>().Should().Be("0022");

    [HostFact]
    public void Umask_CallersIsOther_Is0022()
    {
        Bundle bundle = NewBundle("/guest", "report", "process");
        using ChildProcess run = Ocirun.StartUnder(["sh", "-c", "umask 077; exec \"$@\"", "sh"], "run", "--bundle", bundle.Folder, NewId());

        JsonNode.Parse(run.Wait().Output)!["process"]!["umask"]!.GetValue<string>().Should().Be("0022");
    }

    [HostTheory]
    [InlineData(63, "0077")]
    [InlineData(2, "0002")]
    [InlineData(0, "0000")]
    public void Umask_Given_IsThat(int umask, string seen)
    {
        Bundle bundle = NewBundle();
        bundle.Process["user"]!["umask"] = umask;

        Seen(bundle)["umask"]!.GetValue<string>().Should().Be(seen);
    }

    [HostTheory]
    [InlineData(true, "1")]
    [InlineData(false, "0")]
    public void NoNewPrivileges_Given_IsThat(bool value, string seen)
    {
        Bundle bundle = NewBundle();
        bundle.Process["noNewPrivileges"] = value;

        Seen(bundle)["noNewPrivs"]!.GetValue<string>().Should().Be(seen);
    }

    [HostFact]
    public void Process_Is_FirstOfItsNamespace() => Seen(NewBundle())["pid"]!.GetValue<long>().Should().Be(1);

    private JsonNode Seen(Bundle bundle) => Report(bundle.Save(), "process")["process"]!;
}
