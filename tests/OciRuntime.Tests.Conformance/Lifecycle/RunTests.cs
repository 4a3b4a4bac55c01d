// SPDX-License-Identifier: Apache-2.0
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class RunTests : ContainerTest
{
    [HostFact]
    [Trait("Category", "Vm")]
    public void Run_DefaultConfig_WritesWhatTheProgramWrites() =>
        OutputOf(NewBundle("echo", "hello")).Should().Be("hello\n");

    [HostTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(255)]
    public void Run_ProgramExits_ExitsWithItsStatus(int status)
    {
        Run(NewBundle("/guest", "exit", $"{status}")).Status.Should().Be(status);
    }
}
