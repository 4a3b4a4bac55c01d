// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Cli;

/// <summary>--log: podman parses the whole file as one object, containerd looks for the last line with level error.</summary>
public sealed class LogTests : ContainerTest
{
    private string LogPath => Path.Combine(Folder, "log.json");

    [HostTheory]
    [InlineData("missing", "executable file not found in $PATH")]
    [InlineData("/opt/missing", "no such file or directory")]
    [InlineData("/etc/passwd", "permission denied")]
    public void Log_RunFails_HasExactlyOneObject(string program, string words)
    {
        Outcome outcome = Ocirun.Fail("--log", LogPath, "--log-format", "json", "run", "--bundle", NewBundle(program).Folder, NewId());

        JsonObject entry = TheEntry();
        string message = entry["msg"]!.GetValue<string>();
        message.Should().Contain(words);
        outcome.Error.Should().Contain(words, "people see it, too");
    }

    [HostTheory]
    [InlineData("state")]
    [InlineData("start")]
    [InlineData("delete")]
    [InlineData("kill")]
    public void Log_UnknownContainer_HasExactlyOneObject(string command)
    {
        _ = Ocirun.Fail("--log", LogPath, "--log-format=json", command, NewId());

        TheEntry()["msg"]!.GetValue<string>().Should().Contain("container does not exist");
    }

    [HostFact]
    public void Log_BadConfig_HasExactlyOneObject()
    {
        Bundle bundle = NewBundle("true");
        File.WriteAllText(bundle.ConfigPath, "{");

        _ = Ocirun.Fail("--log", LogPath, "--log-format=json", "create", "--bundle", bundle.Folder, NewId());

        TheEntry();
    }

    [HostFact]
    public void Log_UsageError_HasExactlyOneObject()
    {
        _ = Ocirun.Fail("--log", LogPath, "--log-format=json", "start");

        TheEntry();
    }

    [HostFact]
    public void Log_MessageWithOddCharacters_IsValidJson()
    {
        _ = Ocirun.Fail("--log", LogPath, "--log-format=json", "run", "--bundle", NewBundle("/a \"b\"\\\n\tü").Folder, NewId());

        TheEntry()["msg"]!.GetValue<string>().Should().Contain("no such file or directory");
    }

    [HostFact]
    public void Log_Success_IsEmpty()
    {
        _ = Ocirun.Succeed("--log", LogPath, "--log-format=json", "run", "--bundle", NewBundle("true").Folder, NewId());

        (File.Exists(LogPath) ? File.ReadAllText(LogPath) : string.Empty).Should().BeEmpty();
    }

    // A program's own failure is not the runtime's.
    [HostFact]
    public void Log_ProgramFails_IsEmpty()
    {
        Ocirun.Run("--log", LogPath, "--log-format=json", "run", "--bundle", NewBundle("false").Folder, NewId()).Status.Should().Be(1);

        (File.Exists(LogPath) ? File.ReadAllText(LogPath) : string.Empty).Should().BeEmpty();
    }

    [HostFact]
    public void Log_TwoFailures_AreAppended()
    {
        for (int i = 0; i < 2; i++)
        {
            _ = Ocirun.Fail("--log", LogPath, "--log-format=json", "state", NewId());
        }

        File.ReadAllLines(LogPath).Should().HaveCount(2);
    }

    [HostFact]
    public void Log_Text_IsALineWithTheMessage()
    {
        _ = Ocirun.Fail("--log", LogPath, "state", NewId());

        File.ReadAllLines(LogPath).Should().ContainSingle().Which.Should().Contain("level=error").And.Contain("container does not exist");
    }

    [HostFact]
    public void Log_CannotBeOpened_Fails() =>
        Ocirun.Fail("--log", Path.Combine(Folder, "missing", "log"), "list").Error.Should().Contain("no such file or directory");

    private JsonObject TheEntry()
    {
        string text = File.ReadAllText(LogPath);
        text.Should().EndWith("\n");
        text.Count(c => c == '\n').Should().Be(1, "{0}", text);
        JsonObject entry = JsonNode.Parse(text)!.AsObject();
        entry["level"]!.GetValue<string>().Should().Be("error");
        DateTimeOffset.Parse(entry["time"]!.GetValue<string>(), CultureInfo.InvariantCulture).Should().BeAfter(DateTimeOffset.UnixEpoch);
        return entry;
    }
}
