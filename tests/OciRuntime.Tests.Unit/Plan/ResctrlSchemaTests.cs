// SPDX-License-Identifier: Apache-2.0
using FluentAssertions;
using OciRuntime.Plan;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

public sealed class ResctrlSchemaTests
{
    // As the kernel prints it: padded, without leading zeros.
    private const string Schemata = "    MB:0=100;1=  70\n    L3:0=7f0;1=1f\n  L3CODE:0=3\n";

    [Theory]
    [InlineData("L3:0=7f0;1=1f")]
    [InlineData("L3:1=1f")]
    [InlineData("L3:1=01F;0=07f0")]
    [InlineData(" L3: 0=7f0 ; 1=1f ")]
    [InlineData("MB:1=70;0=0100")]
    [InlineData("L3:0=7f0\nMB:0=100\n")]
    [InlineData("")]
    public void Schema_OfTheGroup_Holds(string wanted) => ResctrlSchema.Holds(Schemata, wanted).Should().BeTrue();

    [Theory]
    [InlineData("L3:0=7f")]
    [InlineData("L3:0=7f0;2=1f")]
    [InlineData("L3:0=7f0;1=1f;")]
    [InlineData("L2:0=f")]
    [InlineData("L3CODE:1=3")]
    [InlineData("MB:0=100;1=71")]
    [InlineData("L3:0=7f0\nMB:0=99")]
    [InlineData("L3")]
    [InlineData("L3:")]
    [InlineData("0=7f0")]
    public void Schema_OfAnother_DoesNot(string wanted) => ResctrlSchema.Holds(Schemata, wanted).Should().BeFalse();

    [Fact]
    public void Schema_OfNoGroup_DoesNot() => ResctrlSchema.Holds("", "L3:0=1").Should().BeFalse();
}
