// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using FluentAssertions;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;
using Xunit;

namespace OciRuntime.Tests.Unit.Spec;

/// <summary>Bad input: always errors, with a place, and never an exception.</summary>
public class SpecReaderInputTests
{
    public static TheoryData<string> Cases => new(Directory.GetDirectories(SpecFixtures.InputFolder).Select(Path.GetFileName).Order()!);

    /// <summary>spec-fixtures/input/CASE: errors.txt is what reading config.json says, line by line.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Fixture_Read_SaysItsErrors(string name)
    {
        string folder = Path.Combine(SpecFixtures.InputFolder, name);

        _ = SpecFixtures.Read(File.ReadAllBytes(Path.Combine(folder, "config.json")), out string[] errors);

        errors.Should().Equal(File.ReadAllLines(Path.Combine(folder, "errors.txt")));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("everything")]
    public void Truncated_AtEveryByte_IsOneErrorOfTheEnd(string which)
    {
        byte[] config = which == "default" ? SpecFixtures.DefaultConfig() : SpecFixtures.Everything;
        int length = config.AsSpan().LastIndexOf((byte)'}');
        for (int i = 0; i <= length; i++)
        {
            RuntimeSpec? spec = SpecFixtures.Read(config.AsSpan(0, i), out string[] errors);

            spec.Should().BeNull();
            errors.Should().ContainSingle().Which.Should().Contain("the document ").And.Contain("line ");
        }
    }

    [Theory]
    [InlineData("tru", "/: line 1, byte 4: the document ends inside a value")]
    [InlineData("nulx", "/: line 1, byte 4: 'x' is not expected here")]
    [InlineData("{", "/: line 1, byte 2: the document ends inside an object")]
    [InlineData("{\"a\"", "/: line 1, byte 5: the document ends inside an object")]
    [InlineData("{\"a\":", "/a: line 1, byte 6: the document ends inside an object")]
    [InlineData("{\"a\":1,", "/: line 1, byte 7: the document ends inside an object")]
    [InlineData("{\"a\":01}", "/a: line 1, byte 7: '1' is not expected here")]
    [InlineData("{\"a\":NaN}", "/a: line 1, byte 6: 'N' is not expected here")]
    [InlineData("{\"hostname\" 1}", "/: line 1, byte 13: '1' is not expected here")]
    [InlineData("{\"hostname\":\"\\", "/hostname: line 1, byte 15: the document ends inside a string")]
    [InlineData("{\"hostname\":\"\\u12G4\"}", "/hostname: line 1, byte 18: a backslash inside a string starts no valid escape")]
    [InlineData("{\"hostname\":\"\u0001\"}", "/hostname: line 1, byte 14: the control character 0x01 stands inside a string")]
    [InlineData("{\"mounts\":[\n{}\n{}]}", "/mounts/1: line 3, byte 1: '{' is not expected here")]
    [InlineData("{} \0", "/: line 1, byte 4: the byte 0x00 stands after the end of the document")]
    [InlineData("\uFEFF\uFEFF{}", "/: line 1, byte 1: the byte 0xEF is not expected here")]
    public void Syntax_Broken_NamesPlaceAndKind(string text, string expected)
    {
        RuntimeSpec? spec = SpecFixtures.Read(Encoding.UTF8.GetBytes(text), out string[] errors);

        spec.Should().BeNull();
        errors.Should().Equal(expected);
    }

    [Fact]
    public void Syntax_BrokenAfterViolations_KeepsBoth()
    {
        _ = SpecFixtures.Read("{\"hostname\": 1, \"root\": {]"u8, out string[] errors);

        errors.Should().Equal(
            "/hostname: 1 is a number, must be a string", "/root: line 1, byte 26: ']' is not expected here");
    }

    [Fact]
    public void Utf8_BrokenAnywhere_NamesTheByte()
    {
        byte[] config = SpecFixtures.DefaultConfig();
        for (int i = 0; i < config.Length; i++)
        {
            byte before = config[i];
            config[i] = 0xFF;

            _ = SpecFixtures.Read(config, out string[] errors);

            errors.Should().ContainSingle().Which.Should().EndWith("the byte 0xFF is not valid UTF-8");
            config[i] = before;
        }
    }

    [Theory]
    [InlineData("[[")]
    [InlineData("[{\"a\":")]
    [InlineData("{\"a\":{\"b\":")]
    public void Nesting_TooDeep_IsRefusedInUnknownMembers(string pair)
    {
        string text = "{\"unknown\":" + string.Concat(Enumerable.Repeat(pair, 1_000_000));

        _ = SpecFixtures.Read(Encoding.UTF8.GetBytes(text), out string[] errors);

        errors.Should().ContainSingle().Which.Should()
            .StartWith("/unknown: line 1, ").And.EndWith("objects and arrays are nested deeper than 64 levels");
    }

    [Fact]
    public void Nesting_TooDeep_IsRefusedInKnownMembers()
    {
        string text = "{\"process\":{\"args\":" + new string('[', 70) + new string(']', 70) + "}}";

        _ = SpecFixtures.Read(Encoding.UTF8.GetBytes(text), out string[] errors);

        errors.Should().Equal(
            "/process/args/0: [...] is an array, must be a string",
            "/process/args/0: line 1, byte 82: objects and arrays are nested deeper than 64 levels");
    }

    [Fact]
    public void Nesting_AtTheLimit_IsRead()
    {
        string text = "{\"unknown\":" + new string('[', 63) + new string(']', 63) + "}";

        _ = SpecFixtures.Read(Encoding.UTF8.GetBytes(text), out string[] errors);

        errors.Should().BeEmpty();
    }

    [Fact]
    public void Size_AboveTheLimit_IsRefusedUnread()
    {
        byte[] big = new byte[SpecReader.MaximumBytes + 1];

        RuntimeSpec? spec = SpecFixtures.Read(big, out string[] errors);

        spec.Should().BeNull();
        errors.Should().Equal("/: the document is 16777217 bytes, at most 16777216 are read");
        SpecReader.TooLarge("config.json", 100_000_000).Should().Be("config.json is 100000000 bytes, at most 16777216 are read");
    }

    [Fact]
    public void OtherDocuments_Read_StartTheirPathsThere()
    {
        List<SpecError> errors = [];

        ProcessSpec? process = SpecReader.ReadProcess("""{"cwd": "/", "user": {"uid": -1}}"""u8, errors);
        ResourcesSpec? resources = SpecReader.ReadResources("""{"pids": {"limit": 5}, "cpu": []}"""u8, errors);
        ResourcesSpec? none = SpecReader.ReadResources("5"u8, errors);

        process!.Cwd.Should().Be("/");
        resources!.Pids!.Limit.Should().Be(5);
        none.Should().BeNull();
        errors.ConvertAll(error => error.ToString()).Should().Equal(
            "/user/uid: -1 is out of range, must be an unsigned 32-bit integer",
            "/cpu: [...] is an array, must be an object",
            "/: line 1, byte 1: the document is a number, must be an object");
    }
}
