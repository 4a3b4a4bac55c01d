// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using OciRuntime.Abi;
using OciRuntime.Engine.Hooks;
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Tests.Kernel.Child;

internal static class HookScenarios
{
    /// <summary><c>hook PATH TIMEOUT-SECONDS ANNOTATION-BYTES ARG...</c></summary>
    public static void Run(string[] arguments, Report report)
    {
        int timeout = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        int size = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        ImmutableArray<KernelString>.Builder args = ImmutableArray.CreateBuilder<KernelString>();
        foreach (string argument in arguments.AsSpan(4))
        {
            args.Add(KernelString.Of(argument));
        }

        HookPlan hook = new(KernelString.Of(arguments[1]), args.ToImmutable(), null, timeout, "/hooks/createRuntime/0");
        ContainerRecord record = new()
        {
            Id = "some-id",
            OciVersion = "1.2.0",
            Bundle = "/some/bundle",
            Rootfs = "/some/bundle/rootfs",
            Created = "2024-01-01T00:00:00Z",
            Annotations = [new KeyValuePair<string, string>("big", new string('x', size))],
        };
        HookMoment moment = new("createRuntime", record, ContainerStatus.Creating, 4711)
        {
            Environment = new ArgumentBlock([KernelString.Of("PATH=/usr/bin:/bin"), KernelString.Of("FROM=the runtime")]),
            Folder = "/usr/lib",
        };
        ulong mask = Signals.SetMask(Signals.MaskOf(Signum.SIGUSR1));
        report.SayOutcome("outcome", () => HookRunner.RunAll([hook], moment));
        report.Say("mask kept", Signals.SetMask(mask) == Signals.MaskOf(Signum.SIGUSR1));
        report.Say("children", Processes.PeekOne().Pid);
    }
}
