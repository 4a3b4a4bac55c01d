// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Cli;

public sealed class SpecTests : ContainerTest
{
    // Equal in content to what the newest runc writes, but for the names in it: its own, and the version's.
    [HostFact]
    public void Spec_Writes_TheDefaultConfig()
    {
        _ = Ocirun.Succeed("spec", "--bundle", Folder);

        JsonObject written = JsonNode.Parse(File.ReadAllText(Written))!.AsObject();

        written["ociVersion"]!.GetValue<string>().Should().StartWith("1.");
        JsonObject expected = Bundle.DefaultConfig();
        expected["ociVersion"] = written["ociVersion"]!.DeepClone();
        expected["hostname"] = written["hostname"]!.DeepClone();
        if (Host.Cgroups != CgroupMode.V2)
        {
            // runc's has it on cgroup v2 only; either will do.
            WithoutCgroupNamespace(written);
            WithoutCgroupNamespace(expected);
        }

        JsonNode.DeepEquals(written, expected).Should().BeTrue("{0}", written.ToJsonString());
    }

    [HostFact]
    public void Spec_Text_IsIndentedByTabs()
    {
        _ = Ocirun.Succeed("spec", "--bundle", Folder);

        string text = File.ReadAllText(Written);

        text.Should().StartWith("{\n\t\"ociVersion\": \"").And.EndWith("}");
        text.Split('\n').Should().OnlyContain(l => !l.StartsWith(' '));
    }

    [HostFact]
    public void Spec_NoBundle_WritesIntoTheCurrentDirectory()
    {
        Outcome outcome = Ocirun.RunWith(l => l with { WorkingDirectory = Folder }, "spec");

        outcome.Status.Should().Be(0);
        File.Exists(Written).Should().BeTrue();
    }

    [HostFact]
    public void Spec_ConfigIsThere_IsNotOverwritten()
    {
        File.WriteAllText(Written, "mine");

        Outcome outcome = Ocirun.Fail("spec", "--bundle", Folder);

        outcome.Error.Should().Contain("config.json").And.Contain("exists");
        File.ReadAllText(Written).Should().Be("mine");
    }

    [HostFact]
    public void Spec_BundleIsMissing_Fails() => Ocirun.Fail("spec", "--bundle", Path.Combine(Folder, "missing"));

    [HostFact]
    public void Features_Document_SaysWhatIsThere()
    {
        Outcome outcome = Ocirun.Succeed("features");

        JsonObject features = JsonNode.Parse(outcome.Output)!.AsObject();
        features["ociVersionMin"]!.GetValue<string>().Should().StartWith("1.0.");
        features["ociVersionMax"]!.GetValue<string>().Should().StartWith("1.");
        Words(features["linux"]!["namespaces"]!).Should().Contain(["cgroup", "ipc", "mount", "network", "pid", "uts"]);
        Words(features["linux"]!["capabilities"]!).Should().Contain(["CAP_CHOWN", "CAP_KILL", "CAP_SYS_ADMIN"]);
        Words(features["mountOptions"]!).Should().Contain(["bind", "rbind", "ro", "rw", "nosuid", "nodev", "noexec", "private", "rprivate", "shared", "slave"]);
        features["linux"]!["cgroup"]!["v1"]!.GetValue<bool>().Should().BeTrue();
        features["linux"]!["cgroup"]!["v2"]!.GetValue<bool>().Should().BeTrue();
    }

    // For people, and for containerd, which only parses it.
    [HostFact]
    public void Features_Text_IsIndentedByFour() =>
        Ocirun.Succeed("features").Output.Should().StartWith("{\n    \"ociVersionMin\": \"");

    private static void WithoutCgroupNamespace(JsonObject config) =>
        config["linux"]!["namespaces"]!.AsArray().RemoveAll(n => n!["type"]!.GetValue<string>() == "cgroup");

    private string Written => Path.Combine(Folder, "config.json");

    private static string[] Words(JsonNode node) => [.. node.AsArray().Select(n => n!.GetValue<string>())];
}
