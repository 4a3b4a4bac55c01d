// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Linq;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using OciRuntime.Cli.Commands;
using OciRuntime.Cli.Text;
using OciRuntime.Plan.Compile;
using Xunit;

namespace OciRuntime.Tests.Unit.Cli;

public sealed class OutputTextTests
{
    private static readonly DateTime s_noon = new(2026, 11, 21, 12, 0, 5, DateTimeKind.Utc);

    [Fact]
    public void LogLine_Json_IsOneObjectInRuncsOrder()
    {
        Write(output => LogLine.WriteJson(output, "error", "open \"/a<b>\": naïve\nsecond", s_noon)).Should().Be(
            """{"level":"error","msg":"open \"/a<b>\": naïve\nsecond","time":"2026-11-21T12:00:05Z"}""" + "\n");
    }

    [Fact]
    public void LogLine_Json_StaysValidWithLoneSurrogates()
    {
        string line = Write(output => LogLine.WriteJson(output, "error", "a\ud800b", s_noon));

        JsonDocument.Parse(line).RootElement.GetProperty("msg").GetString().Should().Be("a\ufffdb");
    }

    [Fact]
    public void LogLine_Text_IsQuotedAsLogrusDoes()
    {
        Write(output => LogLine.WriteText(output, "error", "open \"/a\\b\"\n\tnaïve\u0001", s_noon)).Should().Be(
            """time="2026-11-21T12:00:05Z" level=error msg="open \"/a\\b\"\n\tnaïve\x01" """.TrimEnd() + "\n");
    }

    [Fact]
    public void TextTable_ShortCells_AreTwelveWide()
    {
        Write(new TextTable("ID", "PID", "OWNER").Write).Should().Be("ID          PID         OWNER\n");
    }

    [Fact]
    public void TextTable_LongCells_KeepThreeSpaces()
    {
        TextTable table = new("ID", "PID", "OWNER");
        table.Add("a-name-of-20-letters", "1", "root");
        table.Add("é", "123456", "#1000");

        Write(table.Write).Should().Be(
            "ID                     PID         OWNER\n"
            + "a-name-of-20-letters   1           root\n"
            + "é                      123456      #1000\n");
    }

    [Theory]
    [InlineData(0, "root")]
    [InlineData(1000, "eve")]
    [InlineData(1001, "#1001")]
    [InlineData(7, "#7")]
    [InlineData(4294967295, "#4294967295")]
    public void UserNames_Uid_IsNamedIfKnown(uint uid, string name)
    {
        byte[] passwd =
            "root:x:0:0:root:/root:/bin/sh\n\nbroken\n:x:7:7::/:\neve:x:1000:1000::/home/eve:/bin/sh\nother:x:1000:1::/:"u8.ToArray();

        new UserNames(passwd).Find(uid).Should().Be(name);
    }

    [Theory]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a//b/./c/../d/", "/a/b/d")]
    [InlineData("/../..", "/")]
    [InlineData("/", "/")]
    public void AbsolutePath_Absolute_IsCleaned(string path, string expected) => AbsolutePath.Of(path).Should().Be(expected);

    [Fact]
    public void AbsolutePath_Relative_StartsAtTheCurrentDirectory() =>
        AbsolutePath.Of("x/../y").Should().Be($"{Environment.CurrentDirectory}/y");

    [Fact]
    public void MountOptionNames_AreSortedAndUnique()
    {
        MountOptionNames.All.Should().BeInAscendingOrder(StringComparer.Ordinal);
        MountOptionNames.All.Distinct().Should().HaveCount(MountOptionNames.All.Length);
    }

    [Fact]
    public void MountOptionNames_AreThePlansOwn() =>
        MountOptionNames.All.Should().OnlyContain(name => MountOptionTable.Find(name).Kind != MountOptionKind.Data)
            .And.Contain(["idmap", "ridmap", "rro", "tmpcopyup"]);

    private static string Write(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
