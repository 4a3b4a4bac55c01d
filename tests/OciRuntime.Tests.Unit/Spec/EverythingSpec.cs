// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Tests.Unit.Spec;

/// <summary>What spec-fixtures/input/everything/config.json says.</summary>
internal static class EverythingSpec
{
    public static RuntimeSpec Expected { get; } = new()
    {
        OciVersion = "1.3.0",
        Process = Process,
        Root = new RootSpec { Path = "rootfs", Readonly = true },
        Hostname = "baker",
        Domainname = "example.org",
        Mounts =
        [
            new MountSpec
            {
                Destination = "/data",
                Type = "none",
                Source = "/volumes/data",
                Options = ["rbind", "ro"],
                UidMappings = [new IdMappingSpec { ContainerId = 1, HostId = 100000, Size = 65535 }],
                GidMappings = [new IdMappingSpec { ContainerId = 2, HostId = 200000, Size = 65534 }],
            },
        ],
        Hooks = new HooksSpec
        {
            Prestart = [new HookSpec { Path = "/bin/a", Args = ["a", "-v"], Env = ["A=1"], Timeout = 30 }],
            CreateRuntime = [new HookSpec { Path = "/bin/b", Args = ["b"], Env = ["B=1"], Timeout = 31 }],
            CreateContainer = [new HookSpec { Path = "/bin/c", Args = ["c"], Env = ["C=1"], Timeout = 32 }],
            StartContainer = [new HookSpec { Path = "/bin/d", Args = ["d"], Env = ["D=1"], Timeout = 33 }],
            Poststart = [new HookSpec { Path = "/bin/e", Args = ["e"], Env = ["E=1"], Timeout = 34 }],
            Poststop = [new HookSpec { Path = "/bin/f", Args = ["f"], Env = ["F=1"], Timeout = 35 }],
        },
        Annotations = [new("org.example.z", "1"), new("org.example.a", "2")],
        Linux = Linux,
    };

    private static ProcessSpec Process => new()
    {
        Terminal = true,
        ConsoleSize = new ConsoleSizeSpec { Height = 24, Width = 80 },
        User = new UserSpec { Uid = 1000, Gid = 1001, Umask = 63, AdditionalGids = [5, uint.MaxValue] },
        Args = ["/bin/echo", "two words", "", "\u00E9\U0001F600\"\\/\b\f\n\r\t"],
        Env = ["PATH=/bin", "EMPTY="],
        Cwd = "/home",
        Capabilities = new CapabilitiesSpec
        {
            Bounding = ["CAP_KILL", "CAP_CHOWN"],
            Effective = ["CAP_KILL"],
            Inheritable = ["CAP_CHOWN"],
            Permitted = ["CAP_SETUID"],
            Ambient = ["CAP_SETGID"],
        },
        Rlimits = [new RlimitSpec { Type = "RLIMIT_NOFILE", Hard = ulong.MaxValue, Soft = 1024 }],
        NoNewPrivileges = true,
        ApparmorProfile = "acme_secure_profile",
        OomScoreAdj = -1000,
        SelinuxLabel = "system_u:system_r:svirt_lxc_net_t:s0:c124,c675",
        Scheduler = new SchedulerSpec
        {
            Policy = "SCHED_DEADLINE",
            Nice = -20,
            Priority = 99,
            Flags = ["SCHED_FLAG_RESET_ON_FORK"],
            Runtime = 10000000,
            Deadline = 20000000,
            Period = 30000000,
        },
        IoPriority = new IoPrioritySpec { Class = "IOPRIO_CLASS_BE", Priority = 4 },
        ExecCpuAffinity = new ExecCpuAffinitySpec { Initial = "7", Final = "0-3,7" },
    };

    private static LinuxSpec Linux => new()
    {
        Namespaces = [new NamespaceSpec { Type = "network", Path = "/run/netns/web" }],
        UidMappings = [new IdMappingSpec { ContainerId = 3, HostId = 300000, Size = 65533 }],
        GidMappings = [new IdMappingSpec { ContainerId = 4, HostId = 400000, Size = 65532 }],
        TimeOffsets =
        [
            new("monotonic", new TimeOffsetSpec { Secs = -172800, Nanosecs = 1 }),
            new("boottime", new TimeOffsetSpec { Secs = 604800, Nanosecs = 2 }),
        ],
        Devices = [new DeviceSpec { Type = "c", Path = "/dev/fuse", Major = 10, Minor = 229, FileMode = 438, Uid = 6, Gid = 7 }],
        NetDevices = [new("eth0", new NetDeviceSpec { Name = "container0" })],
        CgroupsPath = "/parent/child",
        Resources = Resources,
        IntelRdt = new IntelRdtSpec
        {
            ClosId = "guaranteed_group",
            Schemata = ["L3:0=7f0;1=1f", "MB:0=20"],
            L3CacheSchema = "L3:0=7f0",
            MemBwSchema = "MB:0=21",
            EnableMonitoring = true,
        },
        MemoryPolicy = new MemoryPolicySpec { Mode = "MPOL_INTERLEAVE", Nodes = "0-1", Flags = ["MPOL_F_STATIC_NODES"] },
        Sysctl = [new("net.ipv4.ip_forward", "1"), new("net.core.somaxconn", "256")],
        Seccomp = Seccomp,
        RootfsPropagation = "slave",
        MaskedPaths = ["/proc/kcore"],
        ReadonlyPaths = ["/proc/sys"],
        MountLabel = "system_u:object_r:svirt_sandbox_file_t:s0",
        Personality = new PersonalitySpec { Domain = "LINUX32", Flags = ["NONE"] },
    };

    private static ResourcesSpec Resources => new()
    {
        Devices = [new DeviceRuleSpec { Allow = true, Type = "b", Major = 8, Minor = -1, Access = "rwm" }],
        Memory = new MemorySpec
        {
            Limit = 536870912,
            Reservation = 268435456,
            Swap = -1,
            Kernel = -2,
            KernelTcp = -3,
            Swappiness = 60,
            DisableOomKiller = true,
            UseHierarchy = true,
            CheckBeforeUpdate = true,
        },
        Cpu = new CpuSpec
        {
            Shares = 1024,
            Quota = -1000000,
            Burst = 1000,
            Period = 500000,
            RealtimeRuntime = 950000,
            RealtimePeriod = 1000000,
            Cpus = "2-3",
            Mems = "0-7",
            Idle = 1,
        },
        Pids = new PidsSpec { Limit = 32771 },
        BlockIo = new BlockIoSpec
        {
            Weight = 10,
            LeafWeight = 11,
            WeightDevice = [new WeightDeviceSpec { Major = 8, Minor = 16, Weight = 500, LeafWeight = 300 }],
            ThrottleReadBpsDevice = [new ThrottleDeviceSpec { Major = 8, Minor = 17, Rate = 601 }],
            ThrottleWriteBpsDevice = [new ThrottleDeviceSpec { Major = 8, Minor = 18, Rate = 602 }],
            ThrottleReadIopsDevice = [new ThrottleDeviceSpec { Major = 8, Minor = 19, Rate = 603 }],
            ThrottleWriteIopsDevice = [new ThrottleDeviceSpec { Major = 8, Minor = 20, Rate = 604 }],
        },
        HugepageLimits = [new HugepageLimitSpec { PageSize = "2MB", Limit = 9223372036854775808 }],
        Network = new NetworkSpec { ClassId = 1048577, Priorities = [new InterfacePrioritySpec { Name = "eth0", Priority = 500 }] },
        Rdma = [new("mlx5_1", new RdmaSpec { HcaHandles = 3, HcaObjects = 10000 })],
        Unified =
        [
            new("io.max", "259:0 rbps=2097152 wiops=120\n253:0 rbps=2097152"),
            new("hugetlb.1GB.max", "1073741824"),
        ],
    };

    private static SeccompSpec Seccomp => new()
    {
        DefaultAction = "SCMP_ACT_ERRNO",
        DefaultErrnoRet = 38,
        Architectures = ["SCMP_ARCH_X86_64"],
        Flags = ["SECCOMP_FILTER_FLAG_LOG"],
        ListenerPath = "/run/agent.sock",
        ListenerMetadata = "opaque",
        Syscalls =
        [
            new SeccompSyscallSpec
            {
                Names = ["getcwd", "chmod"],
                Action = "SCMP_ACT_NOTIFY",
                ErrnoRet = 1,
                Args = [new SeccompArgSpec { Index = 5, Value = ulong.MaxValue, ValueTwo = 4080, Op = "SCMP_CMP_MASKED_EQ" }],
            },
        ],
    };
}
