// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit.Spec;

/// <summary>What holds of any document.</summary>
public class SpecReaderPropertyTests
{
    private const int Runs = 2000;

    private static readonly byte[] s_default = SpecFixtures.DefaultConfig();
    private static readonly byte[] s_everything = SpecFixtures.Everything;

    /// <summary>Bytes that change the meaning of JSON more often than random ones do.</summary>
    private static readonly byte[] s_telling = "{}[]:,\"\\0-.eunt \n"u8.ToArray();

    [Fact]
    public void MutatedConfig_Read_NeverThrowsAndIsDeterministic()
    {
        Gen<int[]> places = Gen.Choose(0, int.MaxValue).ArrayOf().Where(array => array.Length < 8);
        Arbitrary<(int[] Places, int[] Values)> mutations = Arb.From(
            places.SelectMany(at => Gen.Choose(0, 511).ArrayOf(at.Length).Select(values => (at, values))));

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs),
            Prop.ForAll(mutations, change => HoldsForMutationOf(s_default, change) && HoldsForMutationOf(s_everything, change)));
    }

    [Fact]
    public void CutAndPastedConfig_Read_NeverThrows()
    {
        Arbitrary<(int, int, int)> cuts = Arb.From(Gen.Choose(0, s_everything.Length).Three());

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Runs), Prop.ForAll(cuts, cut =>
        {
            (int a, int b, int c) = cut;
            ReadOnlySpan<byte> pasted = s_everything.AsSpan(Math.Min(b, c), Math.Abs(b - c));
            byte[] config = [.. s_everything.AsSpan(0, a), .. pasted, .. s_everything.AsSpan(a)];
            _ = SpecFixtures.Read(config, out string[] errors);
            return errors.All(error => !error.Contains('\n', StringComparison.Ordinal));
        }));
    }

    [Fact]
    public void AnyBytes_Read_NeverThrow()
    {
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs),
            Prop.ForAll<byte[]>(bytes => SpecFixtures.Read(bytes, out string[] errors) is not null || errors.Length == 1));
    }

    [Fact]
    public void AnyStrings_WrittenAndRead_ComeBack()
    {
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Runs), Prop.ForAll<string[]>(strings =>
        {
            string[] args = strings.Select(text => ReplaceHalfPairs(text ?? "")).ToArray();
            Dictionary<string, string> annotations = args.Distinct().ToDictionary(arg => arg, arg => arg + "!");
            byte[] config = JsonSerializer.SerializeToUtf8Bytes(new { process = new { args }, annotations });

            RuntimeSpec spec = SpecFixtures.Read(config, out string[] errors)!;

            return errors.Length == 0 && spec.Process!.Args.SequenceEqual(args) && spec.Annotations.SequenceEqual(annotations);
        }));
    }

    [Fact]
    public void AnyEscapes_Read_AreStringsOrErrors()
    {
        // Around both halves of the surrogates, at either end of each.
        Gen<string> unit = Gen.Elements(
            "\\ud800", "\\udBFF", "\\uDC00", "\\udfff", "\\uD7ff", "\\uE000", "\\\\", "\\n", "x", "\\u0041", "é");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Runs), Prop.ForAll(Arb.From(unit.ArrayOf()), units =>
        {
            string raw = string.Concat(units);
            RuntimeSpec spec = SpecFixtures.Read(Encoding.UTF8.GetBytes("{\"hostname\":\"" + raw + "\"}"), out string[] errors)!;
            bool isText = !HasHalfPair(Unescape(raw));
            return isText
                ? errors.Length == 0 && spec.Hostname == Unescape(raw)
                : errors.Single().EndsWith("has an escape that is half of a surrogate pair", StringComparison.Ordinal);
        }));
    }

    private static bool HoldsForMutationOf(byte[] original, (int[] Places, int[] Values) change)
    {
        byte[] config = (byte[])original.Clone();
        for (int i = 0; i < change.Places.Length; i++)
        {
            int value = change.Values[i];
            config[change.Places[i] % config.Length] = value < 256 ? (byte)value : s_telling[value % s_telling.Length];
        }

        RuntimeSpec? first = SpecFixtures.Read(config, out string[] errors);
        RuntimeSpec? second = SpecFixtures.Read(config, out string[] again);
        return (first is null) == (second is null)
            && (first is not null || errors.Length > 0)
            && errors.SequenceEqual(again)
            && errors.All(error => error.StartsWith('/') && !error.Contains('\n', StringComparison.Ordinal));
    }

    // A stand-in for the string that the escapes spell, one UTF-16 unit after the other.
    private static string Unescape(string raw)
    {
        StringBuilder text = new();
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
            }
            else if (raw[++i] == 'u')
            {
                text.Append((char)Convert.ToUInt16(raw.Substring(i + 1, 4), 16));
                i += 4;
            }
            else
            {
                text.Append(raw[i] == 'n' ? '\n' : raw[i]);
            }
        }

        return text.ToString();
    }

    private static bool HasHalfPair(string text) => ReplaceHalfPairs(text) != text;

    private static string ReplaceHalfPairs(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
