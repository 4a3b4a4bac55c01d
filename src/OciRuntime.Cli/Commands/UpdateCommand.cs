// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Cli.Text;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;

namespace OciRuntime.Cli.Commands;

internal sealed class UpdateCommand : Verb
{
    private readonly Option<string> _resources = Flags.Value(
        "--resources", "FILE", "JSON as in config.json's linux.resources, - for standard input; without device rules, and instead of all other flags", "-r");

    private readonly Option<string> _blkioWeight = Flags.Value("--blkio-weight", "N", "weight of block I/O, 10 to 1000");
    private readonly Option<string> _cpuPeriod = Flags.Value("--cpu-period", "USEC", "length of a period in which the quota is given out");
    private readonly Option<string> _cpuQuota = Flags.Value("--cpu-quota", "USEC", "CPU time in a period; -1: no limit");
    private readonly Option<string> _cpuBurst = Flags.Value("--cpu-burst", "USEC", "unused CPU time that may be saved for later");
    private readonly Option<string> _cpuShare = Flags.Value("--cpu-share", "N", "CPU shares, 1024 by default");
    private readonly Option<string> _cpuRtPeriod = Flags.Value("--cpu-rt-period", "USEC", "the same as --cpu-period, for real-time processes");
    private readonly Option<string> _cpuRtRuntime = Flags.Value("--cpu-rt-runtime", "USEC", "the same as --cpu-quota, for real-time processes");
    private readonly Option<string> _cpuIdle = Flags.Value("--cpu-idle", "N", "1: only what no other group wants of the CPU; 0: a share");
    private readonly Option<string> _cpusetCpus = Flags.Value("--cpuset-cpus", "LIST", "CPUs to run on: 0-3,7");
    private readonly Option<string> _cpusetMems = Flags.Value("--cpuset-mems", "LIST", "memory nodes to use");
    private readonly Option<string> _memory = Flags.Value("--memory", "SIZE", "memory limit: 1048576, 512k, 1.5g; -1: no limit");
    private readonly Option<string> _memoryReservation = Flags.Value("--memory-reservation", "SIZE", "memory that is left alone, if that can be");
    private readonly Option<string> _memorySwap = Flags.Value("--memory-swap", "SIZE", "limit of memory and swap together; -1: no limit of swap");
    private readonly Option<string> _kernelMemory = Flags.Hidden(Flags.Value("--kernel-memory", "SIZE", ""));
    private readonly Option<string> _kernelMemoryTcp = Flags.Hidden(Flags.Value("--kernel-memory-tcp", "SIZE", ""));
    private readonly Option<string> _pidsLimit = Flags.Value("--pids-limit", "N", "number of processes and threads; -1: no limit");
    private readonly Option<string> _l3CacheSchema = Flags.Value("--l3-cache-schema", "SCHEMA", "Intel RDT: a line such as L3:0=f;1=f");
    private readonly Option<string> _memBwSchema = Flags.Value("--mem-bw-schema", "SCHEMA", "Intel RDT: a line such as MB:0=20;1=70");

    internal UpdateCommand()
        : base("update", "change the limits of a container")
    {
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });
        foreach (Option option in (ReadOnlySpan<Option>)
            [_resources, _blkioWeight, _cpuPeriod, _cpuQuota, _cpuBurst, _cpuShare, _cpuRtPeriod, _cpuRtRuntime, _cpuIdle, _cpusetCpus, _cpusetMems,
                _memory, _memoryReservation, _memorySwap, _kernelMemory, _kernelMemoryTcp, _pidsLimit, _l3CacheSchema, _memBwSchema])
        {
            Options.Add(option);
        }
    }

    internal override (int Minimum, int Maximum) Positionals => (1, 1);

    internal override int Run(Invocation call)
    {
        ParseResult arguments = call.Arguments;
        List<string> schemata = [];
        foreach (Option<string> flag in (ReadOnlySpan<Option<string>>)[_l3CacheSchema, _memBwSchema])
        {
            if (arguments.ValueOf(flag) is { } line)
            {
                schemata.Add(line);
            }
        }

        ResourceUpdate update = arguments.ValueOf(_resources) is { } file
            ? ResourceUpdate.FromFile(file)
            : ResourceUpdate.FromFlags(ReadFlags(arguments), FlagOf);
        using ContainerUpdate container = ContainerUpdate.Begin(new StateStore(call.Global.Root), call.Id);
        List<string> warnings = [];
        CgroupFacts group = container.ReadFacts();
        ImmutableArray<CgroupWrite> writes = update.Compile(container.Layout, group, warnings);
        foreach (string warning in warnings)
        {
            call.Log.Warning(warning);
        }

        if (container.HasUnit)
        {
            container.Apply(UnitResources.CompileUpdate(writes, group));
        }
        else
        {
            container.Apply(writes);
        }

        container.ApplySchemata(schemata);
        return ExitCode.Success;
    }

    private ResourcesSpec ReadFlags(ParseResult arguments) => new()
    {
        BlockIo = new BlockIoSpec { Weight = (ushort?)Number(arguments, _blkioWeight, 0, ushort.MaxValue) },
        Cpu = new CpuSpec
        {
            Period = (ulong?)Number(arguments, _cpuPeriod, 0, long.MaxValue),
            Quota = Number(arguments, _cpuQuota, long.MinValue, long.MaxValue),
            Burst = (ulong?)Number(arguments, _cpuBurst, 0, long.MaxValue),
            Shares = (ulong?)Number(arguments, _cpuShare, 0, long.MaxValue),
            RealtimePeriod = (ulong?)Number(arguments, _cpuRtPeriod, 0, long.MaxValue),
            RealtimeRuntime = Number(arguments, _cpuRtRuntime, long.MinValue, long.MaxValue),
            Idle = Number(arguments, _cpuIdle, long.MinValue, long.MaxValue),
            Cpus = arguments.ValueOf(_cpusetCpus),
            Mems = arguments.ValueOf(_cpusetMems),
        },
        Memory = new MemorySpec
        {
            Limit = Size(arguments, _memory),
            Reservation = Size(arguments, _memoryReservation),
            Swap = Size(arguments, _memorySwap),
            Kernel = Size(arguments, _kernelMemory),
            KernelTcp = Size(arguments, _kernelMemoryTcp),
        },
        Pids = new PidsSpec { Limit = Number(arguments, _pidsLimit, long.MinValue, long.MaxValue) },
    };

    private string FlagOf(string path) => path["/linux/resources".Length..] switch
    {
        "/blockIO/weight"      => _blkioWeight.Name,
        "/cpu/period"          => _cpuPeriod.Name,
        "/cpu/quota"           => _cpuQuota.Name,
        "/cpu/burst"           => _cpuBurst.Name,
        "/cpu/shares"          => _cpuShare.Name,
        "/cpu/realtimePeriod"  => _cpuRtPeriod.Name,
        "/cpu/realtimeRuntime" => _cpuRtRuntime.Name,
        "/cpu/idle"            => _cpuIdle.Name,
        "/cpu/cpus"            => _cpusetCpus.Name,
        "/cpu/mems"            => _cpusetMems.Name,
        "/memory/limit"        => _memory.Name,
        "/memory/reservation"  => _memoryReservation.Name,
        "/memory/swap"         => _memorySwap.Name,
        "/pids/limit"          => _pidsLimit.Name,
        _                      => path,
    };

    private static long? Number(ParseResult arguments, Option<string> flag, long minimum, long maximum)
    {
        if (arguments.ValueOf(flag) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= minimum && number <= maximum
            ? number
            : throw new CommandException($"invalid value \"{text}\" for {flag.Name}: not a number that it can be");
    }

    private static long? Size(ParseResult arguments, Option<string> flag) => arguments.ValueOf(flag) switch
    {
        null     => null,
        "-1"     => -1,
        var text => ByteSize.Parse(text) ?? throw new CommandException($"invalid value \"{text}\" for {flag.Name}: not a size such as 1048576, 512k or 1.5g"),
    };
}
