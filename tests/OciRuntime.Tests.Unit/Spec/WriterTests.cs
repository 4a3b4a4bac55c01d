// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Linq;
using System.Text;
using FluentAssertions;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;
using Xunit;

namespace OciRuntime.Tests.Unit.Spec;

public class WriterTests
{
    [Fact]
    public void Default_ReadBack_IsTheDefault()
    {
        RuntimeSpec spec = SpecFixtures.Read(SpecFixtures.DefaultConfig(), out string[] errors)!;

        errors.Should().BeEmpty();
        spec.OciVersion.Should().Be("1.3.0");
        spec.Root.Should().Be(new RootSpec { Path = "rootfs", Readonly = true });
        spec.Process!.Args.Should().Equal("sh");
        spec.Process.Terminal.Should().BeTrue();
        spec.Process.NoNewPrivileges.Should().BeTrue();
        spec.Process.User.Should().Be(new UserSpec { AdditionalGids = spec.Process.User!.AdditionalGids });
        spec.Process.Capabilities!.Bounding!.Value.Should().Equal("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");
        spec.Process.Capabilities.Inheritable.Should().BeNull();
        spec.Process.Capabilities.Ambient.Should().BeNull();
        spec.Process.Rlimits.Should().Equal(new RlimitSpec { Type = "RLIMIT_NOFILE", Hard = 1024, Soft = 1024 });
        spec.Mounts.Select(mount => mount.Destination).Should().Equal(
            "/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/sys/fs/cgroup");
        spec.Linux!.Namespaces.Select(entry => entry.Type).Should().Equal("pid", "network", "ipc", "uts", "mount");
        spec.Linux.Resources!.Devices.Should().Equal(new DeviceRuleSpec { Allow = false, Access = "rwm" });
        spec.Linux.MaskedPaths.Should().HaveCount(10);
        spec.Linux.ReadonlyPaths.Should().HaveCount(5);
    }

    [Fact]
    public void Rootless_ReadBack_MapsTheCaller()
    {
        var options = new DefaultSpecOptions { Rootless = true, HostUid = 1000, HostGid = uint.MaxValue, CgroupNamespace = true };

        RuntimeSpec spec = SpecFixtures.Read(SpecFixtures.DefaultConfig(options), out string[] errors)!;

        errors.Should().BeEmpty();
        spec.Linux!.UidMappings.Should().Equal(new IdMappingSpec { ContainerId = 0, HostId = 1000, Size = 1 });
        spec.Linux.GidMappings.Should().Equal(new IdMappingSpec { ContainerId = 0, HostId = uint.MaxValue, Size = 1 });
        spec.Linux.Namespaces.Select(entry => entry.Type).Should().Equal("pid", "ipc", "uts", "mount", "cgroup", "user");
        spec.Linux.Resources.Should().BeNull();
        MountSpec sys = spec.Mounts.Single(mount => mount.Destination == "/sys");
        (sys.Type, sys.Source).Should().Be(("none", "/sys"));
        sys.Options.Should().Equal("rbind", "nosuid", "noexec", "nodev", "ro");
        spec.Mounts.SelectMany(mount => mount.Options).Should().NotContain(option => option.StartsWith("gid="));
    }

    [Fact]
    public void Default_AsText_HasTabsAndNoLastLineBreak()
    {
        string text = Encoding.UTF8.GetString(SpecFixtures.DefaultConfig());

        text.Should().StartWith("{\n\t\"ociVersion\": \"1.3.0\",\n\t\"process\": {\n\t\t\"terminal\": true,\n");
        text.Should().EndWith("\n\t\t]\n\t}\n}");
        text.Should().NotContain("\r").And.NotContain("\\u");
    }

    [Fact]
    public void Features_WithNothingKnown_IsTheVersions()
    {
        Write(new FeaturesDocument { OciVersionMin = "1.0.0", OciVersionMax = "1.3.0+dev", Linux = new LinuxFeatures() }).Should().Be(
            "{\n    \"ociVersionMin\": \"1.0.0\",\n    \"ociVersionMax\": \"1.3.0+dev\",\n    \"linux\": {}\n}\n");
    }

    [Fact]
    public void Features_WithEverythingKnown_AreInOrder()
    {
        string text = Write(new FeaturesDocument
        {
            OciVersionMin = "1.0.0",
            OciVersionMax = "1.3.0",
            Hooks = ["prestart"],
            MountOptions = [],
            Linux = new LinuxFeatures
            {
                Namespaces = ["user"],
                Capabilities = ["CAP_KILL"],
                Cgroup = new CgroupFeatures { V1 = true, V2 = true, Systemd = false, SystemdUser = true, Rdma = true },
                Seccomp = new SeccompFeatures
                {
                    Enabled = true, Actions = ["A"], Operators = ["B"], Archs = ["C"], KnownFlags = ["D"], SupportedFlags = ["E"],
                },
                Apparmor = true,
                Selinux = false,
                IntelRdt = new IntelRdtFeatures { Enabled = true, Schemata = true, Monitoring = true },
                MemoryPolicy = new MemoryPolicyFeatures { Modes = ["M"], Flags = ["F"] },
                IdMappedMounts = true,
                NetDevices = true,
            },
            Annotations = [new("z", "<&>"), new("a", "1+2")],
            PotentiallyUnsafeConfigAnnotations = ["bundle"],
        });

        text.Should().EndWith("    ]\n}\n").And.Contain("\n        \"cgroup\": {\n            \"v1\": true,\n");
        WithoutSpace(text).Should().Be(WithoutSpace(
            """
            { "ociVersionMin": "1.0.0", "ociVersionMax": "1.3.0", "hooks": ["prestart"], "mountOptions": [],
              "linux": {
                "namespaces": ["user"], "capabilities": ["CAP_KILL"],
                "cgroup": { "v1": true, "v2": true, "systemd": false, "systemdUser": true, "rdma": true },
                "seccomp": {
                  "enabled": true, "actions": ["A"], "operators": ["B"], "archs": ["C"], "knownFlags": ["D"], "supportedFlags": ["E"]
                },
                "apparmor": { "enabled": true }, "selinux": { "enabled": false },
                "intelRdt": { "enabled": true, "schemata": true, "monitoring": true },
                "memoryPolicy": { "modes": ["M"], "flags": ["F"] },
                "mountExtensions": { "idmap": { "enabled": true } }, "netDevices": { "enabled": true }
              },
              "annotations": { "z": "<&>", "a": "1+2" }, "potentiallyUnsafeConfigAnnotations": ["bundle"] }
            """));
    }

    private static string WithoutSpace(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    private static string Write(FeaturesDocument features)
    {
        var buffer = new ArrayBufferWriter<byte>();
        FeaturesWriter.Write(buffer, features);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
