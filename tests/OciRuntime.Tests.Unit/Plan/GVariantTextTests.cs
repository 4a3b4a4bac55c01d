// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>GVariant's text format, as the annotations <c>org.systemd.property.*</c> have it.</summary>
public sealed class GVariantTextTests
{
    [Theory]
    [InlineData("true", "b", "true")]
    [InlineData("boolean false", "b", "false")]
    [InlineData("5", "i", "5")]
    [InlineData("-5", "i", "-5")]
    [InlineData("+5", "i", "5")]
    [InlineData("0x1f", "i", "31")]
    [InlineData("-0x80000000", "i", "-2147483648")]
    [InlineData("010", "i", "8")]
    [InlineData("0", "i", "0")]
    [InlineData("byte 255", "y", "@y 255")]
    [InlineData("int16 -1", "n", "@n -1")]
    [InlineData("uint16 65535", "q", "@q 65535")]
    [InlineData("int32 7", "i", "7")]
    [InlineData("uint32 0xffffffff", "u", "@u 4294967295")]
    [InlineData("int64 -9223372036854775808", "x", "@x -9223372036854775808")]
    [InlineData("uint64 18446744073709551615", "t", "@t 18446744073709551615")]
    [InlineData("1.5", "d", "@d 1.5")]
    [InlineData("1e3", "d", "@d 1000")]
    [InlineData("double 2", "d", "@d 2")]
    [InlineData("'a'", "s", "\"a\"")]
    [InlineData("\"it's\"", "s", "\"it's\"")]
    [InlineData("'it\\'s \\\\ \\u00e9'", "s", "\"it's \\\\ é\"")]
    [InlineData("string 'a'", "s", "\"a\"")]
    [InlineData("objectpath '/a'", "o", "@o \"/a\"")]
    [InlineData("signature 'as'", "g", "@g \"as\"")]
    [InlineData(" ['a', \"b\"] ", "as", "@as [\"a\", \"b\"]")]
    [InlineData("['a',]", "as", "@as [\"a\"]")]
    [InlineData("@as []", "as", "@as []")]
    [InlineData("[1, 2]", "ai", "@ai [1, 2]")]
    [InlineData("[uint64 1, 2]", "at", "@at [1, 2]")]
    [InlineData("@ay [1, 0xff]", "ay", "@ay [1, 255]")]
    [InlineData("@t 5", "t", "@t 5")]
    [InlineData("[('/dev/null', 'rw'), ('char-*', 'm')]", "a(ss)", "@a(ss) [(\"/dev/null\", \"rw\"), (\"char-*\", \"m\")]")]
    [InlineData("@a(st) [('/dev/sda', 50)]", "a(st)", "@a(st) [(\"/dev/sda\", 50)]")]
    [InlineData("('a', true, 3)", "(sbi)", "@(sbi) (\"a\", true, 3)")]
    [InlineData("(1,)", "(i)", "@(i) (1)")]
    [InlineData("[['a'], @as []]", "aas", "@aas [[\"a\"], []]")]
    public void Value_Read_HasItsTypeAndIsWrittenBack(string text, string signature, string written)
    {
        BusValue? value = GVariantText.Read(text, out string? problem);

        Assert.Null(problem);
        Assert.Equal(signature, value!.Signature);
        Assert.Equal(written, PlanText.BusText(value));
        Assert.Equal(written, PlanText.BusText(GVariantText.Read(written, out _)!));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("x")]
    [InlineData("True")]
    [InlineData("1 2")]
    [InlineData("1,")]
    [InlineData("08")]
    [InlineData("0x")]
    [InlineData("-")]
    [InlineData("1-2")]
    [InlineData("2147483648")]
    [InlineData("-2147483649")]
    [InlineData("byte 256")]
    [InlineData("byte -1")]
    [InlineData("uint64 18446744073709551616")]
    [InlineData("uint64 99999999999999999999999999")]
    [InlineData("uint64 1.5")]
    [InlineData("uint64 'a'")]
    [InlineData("string 5")]
    [InlineData("boolean 1")]
    [InlineData("'a")]
    [InlineData("'a\\")]
    [InlineData("'\\u12'")]
    [InlineData("'\\ud800'")]
    [InlineData("'a\0b'")]
    [InlineData("'\\u0000'")]
    [InlineData("[]")]
    [InlineData("['a'")]
    [InlineData("['a' 'b']")]
    [InlineData("['a', 1]")]
    [InlineData("[1, uint64 2]")]
    [InlineData("()")]
    [InlineData("('a'")]
    [InlineData("@as ['a'")]
    [InlineData("@as [1]")]
    [InlineData("@s ['a']")]
    [InlineData("@(ss) ('a')")]
    [InlineData("@(s) ('a', 'b')")]
    [InlineData("@() ()")]
    [InlineData("@a{ss} {}")]
    [InlineData("@v <1>")]
    [InlineData("@z 1")]
    [InlineData("@a 1")]
    [InlineData("@ 1")]
    [InlineData("<1>")]
    [InlineData("{'a': 1}")]
    [InlineData("b'abc'")]
    [InlineData("[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]")]
    public void Value_NotOfTheFormat_IsRefusedWithAReason(string text)
    {
        Assert.Null(GVariantText.Read(text, out string? problem));
        Assert.NotNull(problem);
    }
}
