// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Cli;

/// <summary>What <c>features</c> claims, a config with it shows: by running it, or where the host may lack it, by its plan.</summary>
public sealed class FeatureTruthTests : ContainerTest
{
    // A mode without nodes is one that wants none.
    private static readonly string[] s_modesWithoutNodes = ["MPOL_DEFAULT", "MPOL_LOCAL"];

    private readonly JsonObject _features;

    public FeatureTruthTests() => _features = JsonNode.Parse(Ocirun.Succeed("features").Output)!.AsObject();

    [HostFact]
    public void Versions_BothEnds_Run()
    {
        foreach (string version in (string[])["ociVersionMin", "ociVersionMax"])
        {
            Run(NewBundle("true").With(b => b.Config["ociVersion"] = _features[version]!.DeepClone())).Status.Should().Be(0);
        }
    }

    [HostFact]
    public void Hooks_Claimed_AreThoseThatRun()
    {
        string log = Path.Combine(Folder, "log");
        Bundle bundle = NewShell("cat /log").With(b =>
        {
            b.Config["root"]!["readonly"] = false;
            b.AddMount("/log", "bind", log, "bind");
            b.Config["hooks"] = new JsonObject();
            foreach (string kind in Names("hooks"))
            {
                b.Config["hooks"]![kind] = JsonNode.Parse(
                    $$"""[{"path": "/bin/sh", "args": ["sh", "-c", "echo {{kind}} >> {{(kind == "startContainer" ? "/log" : log)}}"], "env": ["PATH=/bin:/usr/bin"]}]""");
            }
        });
        File.WriteAllText(log, "");

        Run(bundle).Status.Should().Be(0);

        File.ReadAllLines(log).Should().Equal(Names("hooks"));
    }

    [HostFact]
    public void Namespaces_Claimed_AreNewInside()
    {
        foreach (string type in Names("linux", "namespaces"))
        {
            string name = type switch { "mount" => "mnt", "network" => "net", _ => type };
            Bundle bundle = NewBundle("readlink", $"/proc/self/ns/{name}").With(b =>
            {
                if (!b.Linux["namespaces"]!.AsArray().Any(n => n!["type"]!.GetValue<string>() == type))
                {
                    b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = type });
                }

                if (type == "user")
                {
                    b.Linux["uidMappings"] = JsonNode.Parse("""[{"containerID": 0, "hostID": 0, "size": 1000}]""");
                    b.Linux["gidMappings"] = b.Linux["uidMappings"]!.DeepClone();
                }
            });

            OutputOf(bundle).TrimEnd('\n').Should().StartWith($"{name}:[").And.NotBe(File.ResolveLinkTarget($"/proc/self/ns/{name}", returnFinalTarget: false)!.Name);
        }
    }

    [HostFact]
    public void MountOptions_Claimed_AreTaken()
    {
        Names("mountOptions").Should().Contain(["rro", "idmap", "rbind", "tmpcopyup"]).And.OnlyHaveUniqueItems();
        foreach (string option in Names("mountOptions"))
        {
            string[] isAs = option switch { "idmap" => ["rbind"], "ridmap" => ["rbind"], "remount" => ["bind"], _ => [] };
            Outcome plan = Plan(b =>
            {
                b.AddMount("/opt", isAs.Length > 0 ? "none" : "tmpfs", isAs.Length > 0 ? "/opt" : "tmpfs", [.. isAs, option]);
                if (option.EndsWith("idmap", StringComparison.Ordinal))
                {
                    b.Mounts[^1]!["uidMappings"] = JsonNode.Parse("""[{"containerID": 0, "hostID": 100000, "size": 1000}]""");
                    b.Mounts[^1]!["gidMappings"] = b.Mounts[^1]!["uidMappings"]!.DeepClone();
                }
            });
            plan.Status.Should().Be(0, "{0}: {1}", option, plan);
        }

        // What is not claimed is the file system's business.
        Plan(b => b.AddMount("/opt", "tmpfs", "tmpfs", "nosuchoption")).Output.Should().Contain("fsconfig \"nosuchoption\"");
    }

    [HostFact]
    public void Capabilities_Claimed_AreAllThatTheKernelHas()
    {
        int last = int.Parse(File.ReadAllText("/proc/sys/kernel/cap_last_cap"), System.Globalization.CultureInfo.InvariantCulture);

        string[] names = [.. Names("linux", "capabilities")];

        // In the order of their numbers; what this process lacks it can't grant.
        names.Should().HaveCountGreaterThanOrEqualTo(last + 1).And.OnlyHaveUniqueItems();
        string plan = Plan(b => b.SetCapabilities(names)).Output.Split('\n').Single(line => line.StartsWith("process bounding ", StringComparison.Ordinal));
        plan.Split(' ')[2..].Should().BeEquivalentTo(names.Where((_, number) => Host.CapabilitiesInclude(number)));
    }

    [HostFact]
    public void Seccomp_Claimed_IsCompiled()
    {
        foreach (string action in Names("linux", "seccomp", "actions").Where(action => action != "SCMP_ACT_NOTIFY"))
        {
            IsCompiled("seccomp", $$"""{"defaultAction": "{{action}}"}""");
        }

        IsCompiled("seccomp", """{"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/x", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}""");
        foreach (string name in Names("linux", "seccomp", "operators"))
        {
            IsCompiled("seccomp", $$"""
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 1, "value": 1, "op": "{{name}}"}]}]}
                """);
        }

        foreach (string architecture in Names("linux", "seccomp", "archs"))
        {
            IsCompiled("seccomp", $$"""{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["{{architecture}}"]}""");
        }

        Names("linux", "seccomp", "knownFlags").Should().Contain(Names("linux", "seccomp", "supportedFlags"));
    }

    [HostFact]
    public void MemoryPolicy_Claimed_IsCompiled()
    {
        foreach (string mode in Names("linux", "memoryPolicy", "modes"))
        {
            IsCompiled("memoryPolicy", s_modesWithoutNodes.Contains(mode) ? $$"""{"mode": "{{mode}}"}""" : $$"""{"mode": "{{mode}}", "nodes": "0"}""");
        }

        foreach (string flag in Names("linux", "memoryPolicy", "flags"))
        {
            IsCompiled("memoryPolicy", $$"""{"mode": "MPOL_BIND", "nodes": "0", "flags": ["{{flag}}"]}""");
        }
    }

    [HostTheory]
    [InlineData("intelRdt.enabled", "intelRdt", "{}", "resctrl group")]
    [InlineData("intelRdt.schemata", "intelRdt", """{"schemata": ["L2:0=1"]}""", "resctrl schema")]
    [InlineData("intelRdt.monitoring", "intelRdt", """{"enableMonitoring": true}""", "resctrl monitoring group")]
    [InlineData("netDevices.enabled", "netDevices", """{"eth9": {"name": "x"}}""", "network device \"eth9\" to \"x\"")]
    [InlineData("cgroup.rdma", "resources", """{"rdma": {"mlx5_1": {"hcaHandles": 3}}}""", "rdma.max")]
    public void Switch_IsOn_ConfigHasAPlan(string feature, string property, string value, string line)
    {
        JsonNode claimed = feature.Split('.').Aggregate(_features["linux"]!, (node, name) => node[name]!);
        claimed.GetValue<bool>().Should().BeTrue();

        Plan(b => b.Linux[property] = JsonNode.Parse(value)).Output.Should().Contain(line);
    }

    [HostFact]
    public void SystemdCgroup_Claimed_IsWhetherTheFlagIsTaken()
    {
        bool claimed = _features["linux"]!["cgroup"]!["systemd"]!.GetValue<bool>();

        Outcome outcome = Ocirun.Run("--systemd-cgroup", "run", "--bundle", NewBundle("true").Folder, NewId());

        outcome.Error.Contains("not supported", StringComparison.Ordinal).Should().Be(!claimed, "{0}", outcome);
    }

    private void IsCompiled(string property, string value)
    {
        Outcome plan = Plan(b => b.Linux[property] = JsonNode.Parse(value));
        plan.Status.Should().Be(0, "{0}: {1}", value, plan);
    }

    private Outcome Plan(Action<Bundle> change) => Ocirun.Run("debug", "plan", "--bundle", NewBundle("true").With(change).Folder);

    private IEnumerable<string> Names(params string[] path) =>
        path.Aggregate((JsonNode)_features, (node, name) => node[name]!).AsArray().Select(name => name!.GetValue<string>());
}
