// SPDX-License-Identifier: Apache-2.0
using System;
using System.Linq;
using System.Text;
using FluentAssertions;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;
using Xunit;

namespace OciRuntime.Tests.Unit.Spec;

/// <summary>Big documents are read; hostile ones cost neither much memory nor much time.</summary>
public class SpecReaderLimitTests
{
    private const long MaximumAllocatedBytes = 256L * 1024 * 1024;

    [Fact]
    public void Big_ManyMountsNamesAndVariables_AreRead()
    {
        string mounts = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $$"""{"destination":"/m{{i}}","options":["ro"]}"""));
        string env = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"V{i}=value\""));
        string name = new('n', 65_536);
        string text = $$$"""
            {"{{{name}}}":1,"annotations":{"{{{name}}}":"x"},"hostname":"{{{name}}}","mounts":[{{{mounts}}}],"process":{"env":[{{{env}}}]}}
            """;

        RuntimeSpec spec = ReadBounded(text, out string[] errors)!;

        errors.Should().BeEmpty();
        spec.Mounts.Should().HaveCount(10_000);
        spec.Mounts[9_999].Destination.Should().Be("/m9999");
        spec.Process!.Env.Should().HaveCount(100_000);
        spec.Process.Env[99_999].Should().Be("V99999=value");
        spec.Annotations.Should().ContainSingle().Which.Key.Should().HaveLength(65_536);
    }

    [Fact]
    public void Big_UnknownMembers_AreSkippedForNothing()
    {
        string unknown = string.Concat(Enumerable.Repeat("{\"x\":[1,\"y\"]},", 1_000_000));
        string text = "{\"hostname\":\"a\",\"unknown\":[" + unknown + "0],\"linux\":{}}";
        text.Length.Should().BeGreaterThan(14_000_000);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        long before = GC.GetAllocatedBytesForCurrentThread();

        RuntimeSpec spec = SpecFixtures.Read(utf8, out string[] errors)!;

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(64 * 1024);
        errors.Should().BeEmpty();
        spec.Hostname.Should().Be("a");
        spec.Linux.Should().NotBeNull();
    }

    [Theory]
    [InlineData("""{"mounts":[""", "{},", "{}]}")]
    [InlineData("""{"linux":{"devices":[""", "{},", "{}]}}")]
    [InlineData("""{"process":{"args":[""", "\"\",", "\"\"]}}")]
    [InlineData("""{"process":{"args":[""", "null,", "\"\"]}}")]
    [InlineData("""{"process":{"user":{"additionalGids":[""", "1,", "1]}}}")]
    [InlineData("""{"mounts":[""", "{\"options\":[\"\"]},", "{}]}")]
    public void Hostile_TooManyElements_AreRefused(string start, string element, string end)
    {
        int count = (15 * 1024 * 1024 - 100) / element.Length;
        string text = start + string.Concat(Enumerable.Repeat(element, count)) + end;

        RuntimeSpec? spec = ReadBounded(text, out string[] errors);

        spec.Should().BeNull();
        errors[^1].Should().EndWith("the document has more than 1048576 elements");
    }

    [Fact]
    public void Hostile_TooManyKeys_AreRefused()
    {
        string entries = string.Join(',', Enumerable.Range(0, 1_100_000).Select(i => $"\"{i:x}\":\"\""));
        string text = "{\"annotations\":{" + entries + "}}";

        _ = ReadBounded(text, out string[] errors);

        errors.Should().ContainSingle().Which.Should().EndWith("the document has more than 1048576 elements");
    }

    [Fact]
    public void Hostile_ErrorsBelowALongName_StayShort()
    {
        string wrong = string.Join(',', Enumerable.Repeat("\"hcaHandles\":\"x\"", 300_000));
        string text = "{\"linux\":{\"resources\":{\"rdma\":{\"" + new string('k', 8_000_000) + "\":{" + wrong + "}}}}}";

        _ = ReadBounded(text, out string[] errors);

        errors.Should().HaveCount(1001);
        errors[0].Should().Be(
            $"/linux/resources/rdma/{new string('k', 253)}.../hcaHandles: \"x\" is a string, must be an unsigned 32-bit integer");
        errors[^1].Should().Be("/: more than 1000 values are wrong: the others are not listed");
    }

    [Theory]
    [InlineData("😀")]
    [InlineData("a😀")]
    [InlineData("ab😀")]
    [InlineData("abc😀")]
    [InlineData("é")]
    public void Shown_LongValue_IsCutBetweenCharacters(string piece)
    {
        string text = "{\"process\":{\"user\":{\"uid\":\"" + string.Concat(Enumerable.Repeat(piece, 1000)) + "\"}}}";

        _ = SpecFixtures.Read(Encoding.UTF8.GetBytes(text), out string[] errors);

        string shown = errors.Single().Split('"')[1];
        shown.Length.Should().BeInRange(60, 64);
        shown.Should().EndWith("...").And.NotContain("\uFFFD");
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(shown)).Should().Be(shown);
    }

    private static RuntimeSpec? ReadBounded(string text, out string[] errors)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        utf8.Length.Should().BeLessThan(SpecReader.MaximumBytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        RuntimeSpec? spec = SpecFixtures.Read(utf8, out errors);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(MaximumAllocatedBytes);
        return spec;
    }
}
