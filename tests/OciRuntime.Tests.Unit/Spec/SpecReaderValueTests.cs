// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using FluentAssertions;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit.Spec;

/// <summary>What a good document gives.</summary>
public class SpecReaderValueTests
{
    [Fact]
    public void Everything_Read_IsAsWritten()
    {
        RuntimeSpec? spec = SpecFixtures.Read(SpecFixtures.Everything, out string[] errors);

        errors.Should().BeEmpty();
        spec.Should().BeEquivalentTo(EverythingSpec.Expected, options => options.WithStrictOrdering());
    }

    /// <summary>So that a property that is added to the records is added to the fixture, too.</summary>
    [Fact]
    public void Everything_Read_LeavesNoPropertyUnset()
    {
        List<string> unset = [];

        GatherUnset(SpecFixtures.Read(SpecFixtures.Everything, out _)!, "", unset);

        unset.Should().BeEmpty();
    }

    [Fact]
    public void EmptyObject_Read_HasNothing()
    {
        RuntimeSpec? spec = SpecFixtures.Read("{}"u8, out string[] errors);

        errors.Should().BeEmpty();
        spec.Should().BeEquivalentTo(new RuntimeSpec());
    }

    [Fact]
    public void Null_Read_IsAbsent()
    {
        RuntimeSpec? spec = SpecFixtures.Read(
            """{"ociVersion":null,"mounts":null,"process":{"user":{"umask":null}},"annotations":{"a":null}}"""u8, out string[] errors);

        errors.Should().BeEmpty();
        spec.Should().BeEquivalentTo(new RuntimeSpec { Process = new ProcessSpec { User = new UserSpec() } });
    }

    [Fact]
    public void EmptyAndAbsent_Read_AreToldApartWhereItMatters()
    {
        RuntimeSpec spec = SpecFixtures.Read(
            """{"process":{"capabilities":{"bounding":[]}},"hooks":{"poststop":[{"env":[]},{}]}}"""u8, out _)!;

        spec.Process!.Capabilities!.Bounding!.Value.IsDefault.Should().BeFalse();
        spec.Process.Capabilities.Bounding.Value.Should().BeEmpty();
        spec.Process.Capabilities.Ambient.Should().BeNull();
        spec.Hooks!.Poststop[0].Env.Should().NotBeNull();
        spec.Hooks.Poststop[1].Env.Should().BeNull();
    }

    [Fact]
    public void Duplicates_Read_LastWins()
    {
        RuntimeSpec spec = SpecFixtures.Read(
            """
            {
              "hostname": "a", "process": {"cwd": "/", "args": ["a", "b"]}, "mounts": [{}, {}],
              "hostname": "b", "process": {"args": ["c"], "args": ["d"]}, "mounts": [{"source": "x"}],
              "root": {}, "root": null
            }
            """u8,
            out string[] errors)!;

        errors.Should().BeEmpty();
        spec.Hostname.Should().Be("b");
        spec.Process!.Cwd.Should().BeNull();
        spec.Process.Args.Should().Equal("d");
        spec.Mounts.Should().ContainSingle().Which.Source.Should().Be("x");
        spec.Root.Should().BeNull();
    }

    [Fact]
    public void Names_Read_AreCaseSensitiveAndUnescaped()
    {
        RuntimeSpec spec = SpecFixtures.Read("""{"Hostname": 1, "host\u006eame": "a", "HOSTNAME": []}"""u8, out string[] errors)!;

        errors.Should().BeEmpty();
        spec.Hostname.Should().Be("a");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(100)]
    public void Map_WithDuplicatesAndNulls_KeepsOrderAndLastValues(int count)
    {
        IEnumerable<string> first = Enumerable.Range(0, count).Select(i => $"\"k{i}\":\"old{i}\"");
        IEnumerable<string> second = Enumerable.Range(0, count).Reverse().Select(
            i => i % 3 == 0 ? $"\"k{i}\":null" : $"\"k{i}\":\"new{i}\"");
        string text = "{\"annotations\":{" + string.Join(',', first.Concat(second)) + ",\"k0\":\"back\"}}";

        RuntimeSpec spec = SpecFixtures.Read(System.Text.Encoding.UTF8.GetBytes(text), out string[] errors)!;

        errors.Should().BeEmpty();
        spec.Annotations.Select(entry => $"{entry.Key}={entry.Value}").Should().Equal(
            Enumerable.Range(0, count).Where(i => i == 0 || i % 3 != 0).Select(i => i == 0 ? "k0=back" : $"k{i}=new{i}"));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Int64_AtItsEnds_IsRead(string number, long expected)
    {
        string text = "{\"linux\":{\"resources\":{\"memory\":{\"limit\":" + number + "}}}}";

        RuntimeSpec spec = SpecFixtures.Read(System.Text.Encoding.UTF8.GetBytes(text), out string[] errors)!;

        errors.Should().BeEmpty();
        spec.Linux!.Resources!.Memory!.Limit.Should().Be(expected);
    }

    private static void GatherUnset(object record, string path, List<string> unset)
    {
        foreach (PropertyInfo property in record.GetType().GetProperties())
        {
            string at = $"{path}/{property.Name}";
            object? value = property.GetValue(record);
            switch (value)
            {
                case null or "" or false or 0 or 0U or 0L or 0UL:
                    unset.Add(at);
                    break;
                case string or ValueType and not IEnumerable:
                    break;
                case IEnumerable elements:
                    GatherUnsetElements(elements, at, unset);
                    break;
                default:
                    GatherUnset(value, at, unset);
                    break;
            }
        }
    }

    private static void GatherUnsetElements(IEnumerable elements, string path, List<string> unset)
    {
        object[] all = elements.Cast<object>().ToArray();
        if (all.Length == 0)
        {
            unset.Add(path);
        }

        foreach (object element in all.Where(element => element is not string and not uint))
        {
            GatherUnset(element, path, unset);
        }
    }
}
