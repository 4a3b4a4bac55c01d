// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using OciRuntime.Abi.Processes;
using OciRuntime.Cli.Parsing;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;

namespace OciRuntime.Cli.Commands;

/// <summary>features.md: what this executable can do, whatever the host has.</summary>
internal sealed class FeaturesCommand : Verb
{
    internal FeaturesCommand()
        : base("features", "print what ocirun supports as JSON")
    {
    }

    internal override (int Minimum, int Maximum) Positionals => (0, 0);

    internal static FeaturesDocument Document => new()
    {
        OciVersionMin = "1.0.0",
        OciVersionMax = RuntimeSpec.Version,
        Hooks = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"],
        MountOptions = MountOptionNames.All,
        Linux = new LinuxFeatures
        {
            Namespaces = ["cgroup", "ipc", "mount", "network", "pid", "user", "uts"],
            Capabilities = [.. Capability.Names],
            Cgroup = new CgroupFeatures { V1 = true, V2 = true, Systemd = true, SystemdUser = true, Rdma = true },
            Seccomp = new SeccompFeatures { Enabled = false },
            Apparmor = false,
            Selinux = false,
            IntelRdt = new IntelRdtFeatures { Enabled = false },
            IdMappedMounts = false,
            NetDevices = false,
        },

        // Clients read runc's keys to see what a runtime that stands in for it can do.
        Annotations = [new("org.opencontainers.runc.checkpoint.enabled", "false")],
        PotentiallyUnsafeConfigAnnotations = ["org.systemd.property."],
    };

    internal override int Run(Invocation call)
    {
        ArrayBufferWriter<byte> json = new();
        FeaturesWriter.Write(json, Document);
        Output.Write(json.WrittenSpan);
        return ExitCode.Success;
    }
}
