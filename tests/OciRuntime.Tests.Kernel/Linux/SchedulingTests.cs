// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel.Linux;

/// <summary>Scheduling, and CpuAffinity on it.</summary>
public sealed class SchedulingTests : KernelTest
{
    [KernelFact]
    public void Scheduling_OfAProcess_IsWhatItSet() =>
        ChildProgram.Run("scheduling").Should().Equal(new Dictionary<string, string>
        {
            ["batch"] = "ok",
            ["batch: policy and nice"] = "3 7",
            ["iso"] = "EINVAL (invalid argument)",
            ["deadline"] = "ok",
            ["deadline: policy and nice"] = "6 7",
            ["deadline: runtime above deadline"] = "EINVAL (invalid argument)",
            ["other again"] = "ok",
            ["i/o priority"] = "ok",
            ["i/o priority: no class"] = "EINVAL (invalid argument)",
            ["personality"] = "ok",
            ["personality: seen"] = "00000008",
            ["memory policy"] = "ok",
            ["memory policy: seen"] = "bind=static:0",
            ["memory policy: two words"] = "ok",
            ["memory policy: last bit alone"] = "EINVAL (invalid argument)",
            ["memory policy: no nodes"] = "EINVAL (invalid argument)",
            ["memory policy: default"] = "ok",
            ["affinity"] = "0",
            ["affinity: initial alone stays"] = "0",
            ["affinity: reset"] = "true",
            ["affinity: beyond the last"] = "0",
            ["affinity: none of the machine's"] = "setting the CPU affinity (/process/execCPUAffinity/final) " +
                "(hint: the machine has none of these CPUs, or the control group allows none of them): sched_setaffinity: EINVAL (invalid argument)",
        });
}
