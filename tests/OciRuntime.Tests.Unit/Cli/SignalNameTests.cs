// SPDX-License-Identifier: Apache-2.0
using FluentAssertions;
using OciRuntime.Cli.Text;
using Xunit;

namespace OciRuntime.Tests.Unit.Cli;

public sealed class SignalNameTests
{
    [Theory]
    [InlineData("KILL", 9)]
    [InlineData("SIGKILL", 9)]
    [InlineData("sigterm", 15)]
    [InlineData("Usr1", 10)]
    [InlineData("CLD", 17)]
    [InlineData("0", 0)]
    [InlineData("9", 9)]
    [InlineData("64", 64)]
    [InlineData("RTMIN", 34)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("rtmax-1", 63)]
    public void Parse_KnownSignal_HasItsNumber(string text, int number) => SignalNames.Parse(text).Should().Be(number);

    [Theory]
    [InlineData("")]
    [InlineData("FOO")]
    [InlineData("SIG")]
    [InlineData("-9")]
    [InlineData("65")]
    [InlineData("9 ")]
    [InlineData("99999999999")]
    [InlineData("RTMIN+")]
    [InlineData("RTMIN+31")]
    [InlineData("RTMIN-1")]
    public void Parse_NoSignal_IsNull(string text) => SignalNames.Parse(text).Should().BeNull();
}
