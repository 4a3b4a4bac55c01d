// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Collections.Immutable;
using OciRuntime.Abi.Processes;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Cli.Parsing;
using OciRuntime.Linux;
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
            Namespaces = ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
            Capabilities = [.. Capability.Names],
            Cgroup = new CgroupFeatures { V1 = true, V2 = true, Systemd = true, SystemdUser = true, Rdma = true },
            Seccomp = SeccompSupport,
            Apparmor = true,
            Selinux = true,
            IntelRdt = new IntelRdtFeatures { Enabled = true, Schemata = true, Monitoring = true },
            MemoryPolicy = new MemoryPolicyFeatures { Modes = [.. MemoryPolicyMode.Names], Flags = [.. MemoryPolicyFlag.Names] },
            IdMappedMounts = true,
            NetDevices = true,
        },

        // Clients read runc's keys to see what a runtime that stands in for it can do.
        Annotations = [new("org.opencontainers.runc.checkpoint.enabled", "false")],
        PotentiallyUnsafeConfigAnnotations = ["org.systemd.property."],
    };

    private static SeccompFeatures SeccompSupport => new()
    {
        Enabled = true,
        Actions =
        [
            "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
            "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
        ],
        Operators =
        [
            "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE",
        ],
        Archs = [.. SeccompArchitectures.Names],
        KnownFlags = ["SECCOMP_FILTER_FLAG_TSYNC", .. SeccompFlagNames(SeccompFilterFlags.None)],
        SupportedFlags = ["SECCOMP_FILTER_FLAG_TSYNC", .. SeccompFlagNames(SeccompFilterFlags.SECCOMP_FILTER_FLAG_NEW_LISTENER)],
    };

    /// <param name="asked">None: all. Else those that the kernel takes together with these.</param>
    private static ImmutableArray<string> SeccompFlagNames(SeccompFilterFlags asked)
    {
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        AddFlag(SeccompFilterFlags.SECCOMP_FILTER_FLAG_LOG, "SECCOMP_FILTER_FLAG_LOG");
        AddFlag(SeccompFilterFlags.SECCOMP_FILTER_FLAG_SPEC_ALLOW, "SECCOMP_FILTER_FLAG_SPEC_ALLOW");
        AddFlag(SeccompFilterFlags.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
        return names.DrainToImmutable();

        void AddFlag(SeccompFilterFlags flag, string name)
        {
            if (asked == SeccompFilterFlags.None || Seccomp.Knows(flag | asked))
            {
                names.Add(name);
            }
        }
    }

    internal override int Run(Invocation call)
    {
        ArrayBufferWriter<byte> json = new();
        FeaturesWriter.Write(json, Document);
        Output.Write(json.WrittenSpan);
        return ExitCode.Success;
    }
}
