// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Input;

/// <summary>Files that are no config: an error, status 1, in bounded memory, and nothing is touched.</summary>
public sealed class BadConfigTests : ContainerTest
{
    // What the executable may take to say no. Far above what it needs, far below a document tree of a large file.
    private const long MostKiB = 64 * 1024;

    private const int HugeBytes = 100 * 1024 * 1024;

    [HostTheory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\n\n")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("42")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("{}")]
    [InlineData("{\"ociVersion\":")]
    [InlineData("{\"ociVersion\":\"1.0.2\",}")]
    [InlineData("{\"ociVersion\":\"1.0.2\"} trailing")]
    [InlineData("not json at all")]
    [InlineData("{'ociVersion':'1.0.2'}")]
    public void Config_IsNoConfig_IsRefused(string text) => Refused(Encoding.UTF8.GetBytes(text));

    [HostFact]
    public void Config_TruncatedAnywhere_IsRefused()
    {
        byte[] whole = File.ReadAllBytes(NewBundle("true").ConfigPath);
        for (int length = 0; length < whole.Length - 2; length += Math.Max(1, whole.Length / 60))
        {
            Refused(whole[..length]);
        }
    }

    [HostTheory]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    public void Config_NotUtf8_IsRefused(byte[] content) => Refused(content);

    [HostFact]
    public void Config_NotUtf8InAValue_IsRefused()
    {
        byte[] content = File.ReadAllBytes(NewBundle("MARK").ConfigPath);
        int at = content.AsSpan().IndexOf("MARK"u8);
        content[at] = 0xC3;
        content[at + 1] = 0x28;

        Refused(content);
    }

    [HostTheory]
    [InlineData('[', ']')]
    [InlineData('{', '}')]
    public void Config_DeeplyNested_IsRefused(char open, char close)
    {
        const int Depth = 1_000_000;
        StringBuilder text = new("{\"ociVersion\":\"1.0.2\",\"unknown\":");
        string inner = open == '[' ? "[" : "{\"a\":";
        for (int i = 0; i < Depth; i++)
        {
            _ = text.Append(inner);
        }

        Refused(Encoding.UTF8.GetBytes(text.Append('1').Append(close, Depth).Append('}').ToString()));
    }

    [HostFact]
    public void Config_HugeString_IsRefusedInBoundedMemory()
    {
        byte[] content = new byte[HugeBytes];
        content.AsSpan().Fill((byte)'a');
        "{\"ociVersion\":\""u8.CopyTo(content);

        Refused(content);
    }

    [HostFact]
    public void Config_HugeWhitespace_IsRefusedInBoundedMemory()
    {
        byte[] content = new byte[HugeBytes];
        content.AsSpan().Fill((byte)' ');
        content[0] = (byte)'{';

        Refused(content);
    }

    [HostFact]
    public void Config_HugeValidWithUnknownMember_IsHandledInBoundedMemory()
    {
        Bundle bundle = NewBundle("true");
        string text = bundle.Config.ToJsonString();
        File.WriteAllText(bundle.ConfigPath, string.Concat(text.AsSpan(0, text.Length - 1), ",\"unknown\":\"", new string('a', HugeBytes), "\"}"));

        (Outcome outcome, long peak) = Ocirun.Measure("run", "--bundle", bundle.Folder, NewId());

        outcome.Status.Should().BeInRange(0, 1);
        peak.Should().BeLessThan(MostKiB);
        NothingIsLeft();
    }

    [HostFact]
    public void Config_IsAFolder_IsRefused()
    {
        Bundle bundle = NewBundle("true");
        File.Delete(bundle.ConfigPath);
        _ = Directory.CreateDirectory(bundle.ConfigPath);

        _ = Ocirun.Fail("create", "--bundle", bundle.Folder, NewId());
        NothingIsLeft();
    }

    [HostFact]
    public void Config_IsAnEndlessDevice_IsRefused()
    {
        Bundle bundle = NewBundle("true");
        File.Delete(bundle.ConfigPath);
        _ = File.CreateSymbolicLink(bundle.ConfigPath, "/dev/zero");

        (Outcome outcome, long peak) = Ocirun.Measure("create", "--bundle", bundle.Folder, NewId());

        outcome.Status.Should().Be(1);
        peak.Should().BeLessThan(MostKiB);
        NothingIsLeft();
    }

    [HostFact]
    public void Config_ByteOrderMark_IsRefusedOrIgnored()
    {
        Bundle bundle = NewBundle("true");
        File.WriteAllBytes(bundle.ConfigPath, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(bundle.ConfigPath)]);

        Run(bundle).Status.Should().BeInRange(0, 1);
        NothingIsLeft();
    }

    // As in every peer: the last one wins.
    [HostFact]
    public void Config_DuplicateMember_LastWins()
    {
        Bundle bundle = NewBundle("true");
        string text = bundle.Config.ToJsonString();
        File.WriteAllText(bundle.ConfigPath, text[..^1] + ",\"hostname\":\"first\",\"hostname\":\"last\"}");
        string process = bundle.Process.DeepClone().ToJsonString().Replace("\"args\":[\"true\"]", "\"args\":[\"hostname\"]", StringComparison.Ordinal);
        File.WriteAllText(bundle.ConfigPath, text[..^1] + $",\"hostname\":\"first\",\"hostname\":\"last\",\"process\":{process}}}");

        OutputOf(bundle).Should().Be("last\n");
    }

    [HostFact]
    public void Config_UnknownMembers_AreIgnored()
    {
        Bundle bundle = NewBundle("echo", "hello");
        bundle.Config["unknown"] = new JsonObject { ["a"] = new JsonArray(1, null, true, "x") };
        bundle.Process["unknown"] = 1.5;
        bundle.Linux["unknown"] = null;
        bundle.Mounts[0]!["unknown"] = "x";

        OutputOf(bundle.Save()).Should().Be("hello\n");
    }

    private void Refused(byte[] content)
    {
        string folder = Path.Combine(Folder, "refused");
        _ = Directory.CreateDirectory(Path.Combine(folder, "rootfs"));
        File.WriteAllBytes(Path.Combine(folder, "config.json"), content);

        (Outcome outcome, long peak) = Ocirun.Measure("create", "--bundle", folder, NewId());

        outcome.Status.Should().Be(1, "{0} bytes: {1}", content.Length, outcome);
        outcome.Error.Should().NotBeEmpty();
        outcome.Error.Length.Should().BeLessThan(4096, "an error is for reading");
        outcome.Error.Split('\n').Should().NotContain(l => l.StartsWith("   at ", StringComparison.Ordinal), "no stack trace");
        peak.Should().BeLessThan(MostKiB);
        NothingIsLeft();
        if (Directory.Exists(Ocirun.Root))
        {
            Directory.GetFileSystemEntries(Ocirun.Root).Should().BeEmpty();
        }
    }
}
