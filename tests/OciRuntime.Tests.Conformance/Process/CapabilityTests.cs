// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Process;

public sealed class CapabilityTests : ContainerTest
{
    // CAP_AUDIT_WRITE 29, CAP_KILL 5, CAP_NET_BIND_SERVICE 10.
    private const ulong Default = (1UL << 29) | (1UL << 5) | (1UL << 10);
    private const ulong Kill = 1UL << 5;
    private const ulong Chown = 1UL << 0;

    [HostFact]
    [Trait("Category", "Vm")]
    public void Capabilities_DefaultConfig_AreInThreeSets()
    {
        JsonObject sets = Sets(NewBundle());

        Value(sets, "CapBnd").Should().Be(Default);
        Value(sets, "CapEff").Should().Be(Default);
        Value(sets, "CapPrm").Should().Be(Default);
        Value(sets, "CapInh").Should().Be(0);
        Value(sets, "CapAmb").Should().Be(0);
    }

    [HostFact]
    public void Capabilities_EachSetDiffers_EachIsAsGiven()
    {
        Bundle bundle = NewBundle();
        bundle.Process["capabilities"] = new JsonObject
        {
            ["bounding"] = Bundle.Array("CAP_KILL", "CAP_CHOWN", "CAP_NET_BIND_SERVICE"),
            ["permitted"] = Bundle.Array("CAP_KILL", "CAP_CHOWN"),
            ["inheritable"] = Bundle.Array("CAP_KILL"),
            ["effective"] = Bundle.Array("CAP_KILL", "CAP_CHOWN"),
            ["ambient"] = Bundle.Array("CAP_KILL"),
        };

        JsonObject sets = Sets(bundle);

        // Of root, execve makes permitted and effective out of the bounding set, capabilities(7).
        Value(sets, "CapBnd").Should().Be(Kill | Chown | (1UL << 10));
        Value(sets, "CapInh").Should().Be(Kill);
        Value(sets, "CapAmb").Should().Be(Kill);
        (Value(sets, "CapPrm") & (Kill | Chown)).Should().Be(Kill | Chown);
        (Value(sets, "CapEff") & (Kill | Chown)).Should().Be(Kill | Chown);
    }

    [HostFact]
    public void Capabilities_OfAUser_AreTheAmbientOnes()
    {
        Bundle bundle = NewBundle();
        bundle.SetCapabilities("CAP_KILL");
        bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };

        JsonObject sets = Sets(bundle);

        foreach (string set in (string[])["CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb"])
        {
            Value(sets, set).Should().Be(Kill, "{0}", set);
        }
    }

    [HostFact]
    public void Capabilities_OfAUserWithoutAmbient_AreNone()
    {
        Bundle bundle = NewBundle();
        bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };

        JsonObject sets = Sets(bundle);

        Value(sets, "CapEff").Should().Be(0);
        Value(sets, "CapPrm").Should().Be(0);
        Value(sets, "CapBnd").Should().Be(Default);
    }

    [HostFact]
    public void Capabilities_EmptyObject_AreNone()
    {
        Bundle bundle = NewBundle();
        bundle.Process["capabilities"] = new JsonObject();

        JsonObject sets = Sets(bundle);

        foreach (string set in (string[])["CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb"])
        {
            Value(sets, set).Should().Be(0, "{0}", set);
        }
    }

    // The spec: a capability that can't be granted is a warning, not an error.
    [HostFact]
    public void Capabilities_UnknownName_IsIgnored()
    {
        Bundle bundle = NewBundle();
        bundle.Process["capabilities"]!["bounding"] = Bundle.Array("CAP_KILL", "CAP_OF_THE_FUTURE");
        bundle.Process["capabilities"]!["effective"] = Bundle.Array("CAP_KILL");
        bundle.Process["capabilities"]!["permitted"] = Bundle.Array("CAP_KILL", "CAP_OF_THE_FUTURE");

        Value(Sets(bundle), "CapBnd").Should().Be(Kill);
    }

    [HostFact]
    public void Capabilities_AmbientAndNotInheritable_IsAWarning()
    {
        Bundle bundle = NewBundle("grep", "CapAmb", "/proc/self/status");
        bundle.SetCapabilities("CAP_KILL", "CAP_CHOWN");
        bundle.Process["capabilities"]!["inheritable"] = Bundle.Array("CAP_KILL");

        Outcome outcome = Run(bundle.Save());

        outcome.Output.Should().Be("CapAmb:\t0000000000000020\n");
        outcome.Error.Should().Contain("warning: can't raise ambient capability CAP_CHOWN: ").And.NotContain("CAP_KILL");
    }

    // Ambient ones are asked for only where something is inheritable, as with runc.
    [HostTheory]
    [InlineData(true, "0000000000000021")]
    [InlineData(false, "0000000000000000")]
    public void Capabilities_AddedByExec_AreAmbientWhereTheyAreInheritable(bool inheritable, string ambient)
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        bundle.SetCapabilities("CAP_KILL");
        bundle.Process["capabilities"]!["bounding"] = Bundle.Array("CAP_KILL", "CAP_CHOWN");
        bundle.Process["capabilities"]!["inheritable"] = inheritable ? Bundle.Array("CAP_KILL", "CAP_CHOWN") : null;
        bundle.Process["capabilities"]!["ambient"] = inheritable ? Bundle.Array("CAP_KILL") : null;
        using Container container = RunDetached(bundle.Save());

        Ocirun.Succeed("exec", "--cap", "CAP_CHOWN", container.Id, "grep", "CapAmb", "/proc/self/status").Output.Should().Be($"CapAmb:\t{ambient}\n");
    }

    [HostFact]
    public void Capabilities_Dropped_CannotBeUsed() =>
        OutputOf(NewShell("chown 1:1 /tmp 2>/dev/null || echo refused").With(b => b.Config["root"]!["readonly"] = false)).Should().Be("refused\n");

    private JsonObject Sets(Bundle bundle) => Report(bundle.Save(), "capabilities")["capabilities"]!.AsObject();

    private static ulong Value(JsonObject sets, string name) => ulong.Parse(sets[name]!.GetValue<string>(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
