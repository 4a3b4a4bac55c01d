// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>Documents that are partly right and partly nonsense, the same for the same seed.</summary>
internal sealed class RandomSpec(int seed)
{
    private static readonly string[] s_texts =
    [
        "", "/", "/a", "a/b", "..", "/../x", "/proc", "/proc/self", "/sys", "a\0b", "\n", "é\u4e00", "\ud800", "1.0.0", "1.3.0", "2.0.0", "x=y", "=",
        "mount", "user", "pid", "network", "uts", "ipc", "time", "cgroup", "bind", "rbind", "ro", "rw", "rro", "remount", "noatime", "rprivate",
        "shared", "size=1,mode=2", "tmpcopyup", "idmap", "tmpfs", "proc", "sysfs", "none", "CAP_KILL", "CAP_SYS_ADMIN", "CAP_X",
        "RLIMIT_CORE", "RLIMIT_CPU", "SCHED_FIFO", "SCHED_DEADLINE", "SCHED_FLAG_RECLAIM", "IOPRIO_CLASS_RT", "LINUX32", "MPOL_BIND", "MPOL_F_STATIC_NODES",
        "0-65536", "1,,9-11:1/2", "c", "b", "u", "p", "rwm", "r", "0-3", "net.a", "kernel.msgmax", "user/x", "net/../x", ".", "//",
        "a:b:c", ":p:n", "org.systemd.property.TimeoutStopSec", "uint64 5", "['a', 1]", "@a(ss) []",
    ];

    private static readonly long[] s_numbers =
        [long.MinValue, -2, -1, 0, 1, 2, 3, 5, 999, 1000, 4095, 4096, 1048576, 4294967294, 4294967295, 4294967296, long.MaxValue];

    private readonly Random _random = new(seed);

    internal RuntimeSpec Next() => new()
    {
        OciVersion = _random.Next(3) == 0 ? Text() : "1.3.0",
        Root = Maybe(() => new RootSpec { Path = Text(), Readonly = Flag() }),
        Mounts = List(Mount),
        Process = Maybe(Process),
        Hostname = Text(),
        Domainname = Text(),
        Hooks = Maybe(() => new HooksSpec { Prestart = List(Hook), Poststop = List(Hook) }),
        Annotations = Map(() => Text() ?? ""),
        Linux = Maybe(Linux),
    };

    private LinuxSpec Linux() => new()
    {
        Namespaces = List(() => new NamespaceSpec { Type = Text(), Path = Text() }),
        UidMappings = List(IdMapping),
        GidMappings = List(IdMapping),
        TimeOffsets = Map(static () => new TimeOffsetSpec()),
        Devices = List(Device),
        CgroupsPath = Text(),
        Resources = Maybe(Resources),
        Sysctl = Map(() => Text() ?? ""),
        RootfsPropagation = Text(),
        MaskedPaths = Texts(),
        ReadonlyPaths = Texts(),
        Personality = Maybe(() => new PersonalitySpec { Domain = Text(), Flags = Texts() }),
        MemoryPolicy = Maybe(() => new MemoryPolicySpec { Mode = Text(), Nodes = Text(), Flags = Texts() }),
    };

    private DeviceSpec Device() => new()
    {
        Type = Text(), Path = Text(), Major = Number(), Minor = Number(), FileMode = (uint?)Number(), Uid = (uint?)Number(), Gid = (uint?)Number(),
    };

    private MountSpec Mount() => new()
    {
        Destination = Text(), Source = Text(), Type = Text(), Options = Texts(), UidMappings = List(IdMapping),
    };

    private HookSpec Hook() => new()
    {
        Path = Text(), Args = Texts(), Env = Flag() ? Texts() : null, Timeout = (int?)Number(),
    };

    private IdMappingSpec IdMapping() => new()
    {
        ContainerId = (uint?)Number(), HostId = (uint?)Number(), Size = (uint?)Number(),
    };

    private ProcessSpec Process() => new()
    {
        Terminal = Flag(),
        ConsoleSize = Maybe(() => new ConsoleSizeSpec { Height = (uint)(Number() ?? 0), Width = (uint)(Number() ?? 0) }),
        User = Maybe(() => new UserSpec { Uid = (uint)(Number() ?? 0), Gid = (uint)(Number() ?? 0), Umask = (uint?)Number() }),
        Args = Texts(),
        Env = Texts(),
        Cwd = Text(),
        Capabilities = Maybe(() => new CapabilitiesSpec { Bounding = Texts(), Effective = Texts(), Ambient = Texts() }),
        Rlimits = List(() => new RlimitSpec { Type = Text(), Soft = (ulong?)Number(), Hard = (ulong?)Number() }),
        OomScoreAdj = (int?)Number(),
        Scheduler = Maybe(Scheduler),
        IoPriority = Maybe(() => new IoPrioritySpec { Class = Text(), Priority = (int?)Number() }),
        ExecCpuAffinity = Maybe(() => new ExecCpuAffinitySpec { Initial = Text(), Final = Text() }),
        ApparmorProfile = Text(),
        SelinuxLabel = Text(),
    };

    private SchedulerSpec Scheduler() => new()
    {
        Policy = Text(),
        Nice = (int?)Number(),
        Priority = (int?)Number(),
        Flags = Texts(),
        Runtime = (ulong?)Number(),
        Deadline = (ulong?)Number(),
        Period = (ulong?)Number(),
    };

    private ResourcesSpec Resources() => new()
    {
        Devices = List(() => new DeviceRuleSpec { Allow = Flag(), Type = Text(), Major = Number(), Minor = Number(), Access = Text() }),
        Memory = Maybe(() => new MemorySpec { Limit = Number(), Swap = Number(), Reservation = Number(), Swappiness = (ulong?)Number() }),
        Cpu = Maybe(() => new CpuSpec
        {
            Shares = (ulong?)Number(), Quota = Number(), Burst = (ulong?)Number(), Period = (ulong?)Number(), Cpus = Text(), Mems = Text(), Idle = Number(),
        }),
        Pids = Maybe(() => new PidsSpec { Limit = Number() }),
    };

    private bool Flag() => _random.Next(2) == 0;

    private string? Text() => _random.Next(8) == 0 ? null : s_texts[_random.Next(s_texts.Length)];

    private long? Number() => _random.Next(4) == 0 ? null : s_numbers[_random.Next(s_numbers.Length)];

    private T? Maybe<T>(Func<T> make)
        where T : class => _random.Next(5) == 0 ? null : make();

    private ImmutableArray<string> Texts() => List(() => Text() ?? "");

    private ImmutableArray<T> List<T>(Func<T> make)
    {
        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>();
        for (int count = _random.Next(4); count > 0; count--)
        {
            items.Add(make());
        }

        return items.DrainToImmutable();
    }

    private ImmutableArray<KeyValuePair<string, T>> Map<T>(Func<T> make) =>
        List(() => new KeyValuePair<string, T>(Text() ?? "", make()));
}
