// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FluentAssertions;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Linux;

public sealed class SignalsTests : KernelTest
{
    [KernelFact]
    public void Signals_AreBlockedReadAndReset() =>
        ChildProgram.Run("signals").Should().Equal(new Dictionary<string, string>
        {
            ["blocked"] = "0000000000004200",
            ["none pending"] = "false",
            ["send"] = "ok",
            ["pending"] = "true",
            ["signal"] = "15",
            ["sender is this process"] = "true",
            ["old mask"] = "true",
            ["ignored by .NET"] = "0000000000001000",
            ["ignored after reset"] = "0000000000000000",
            ["caught after reset"] = "0000000000000000",
            ["no more descriptors"] = "ok",
            ["descriptor"] = "signalfd4: EMFILE (too many open files)",
        });

    [Xunit.Fact]
    public void AllButFaults_LeavesFaultsOpen() =>
        (~Signals.AllButFaults).Should().Be((1UL << 10) | (1 << 6) | (1 << 7) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 30));
}
