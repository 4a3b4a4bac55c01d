// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Input;

/// <summary>A config that breaks a rule is refused before anything is touched; the error names the JSON path and the value.</summary>
public sealed class InvalidValueTests : ContainerTest
{
    [HostTheory]
    [InlineData("/ociVersion", "\"2.0.0\"", "2.0.0")]
    [InlineData("/ociVersion", "\"\"", null)]
    [InlineData("/ociVersion", "\"one\"", "one")]
    [InlineData("/ociVersion", "1", null)]
    [InlineData("/root", "null", null)]
    [InlineData("/root/path", "\"\"", null)]
    [InlineData("/root/readonly", "\"yes\"", null)]
    [InlineData("/process/args", "[]", null)]
    [InlineData("/process/args", "\"true\"", null)]
    [InlineData("/process/args/0", "\"\"", null)]
    [InlineData("/process/args/0", "\"a\\u0000b\"", null)]
    [InlineData("/process/cwd", "\"\"", null)]
    [InlineData("/process/cwd", "\"relative\"", "relative")]
    [InlineData("/process/terminal", "1", null)]
    [InlineData("/process/user/uid", "-1", "-1")]
    [InlineData("/process/user/uid", "\"root\"", null)]
    [InlineData("/process/user/uid", "4294967295", "4294967295")]
    [InlineData("/process/user/gid", "99999999999", "99999999999")]
    [InlineData("/process/rlimits/0/type", "\"RLIMIT_NOSUCH\"", "RLIMIT_NOSUCH")]
    [InlineData("/process/rlimits/0/soft", "-1", "-1")]
    [InlineData("/process/rlimits/0/soft", "2048", null)]
    [InlineData("/mounts/1/destination", "\"\"", null)]
    [InlineData("/mounts/1/destination", "\"/\"", null)]
    [InlineData("/mounts/1/options/0", "5", null)]
    [InlineData("/linux/namespaces/0/type", "\"nosuch\"", "nosuch")]
    [InlineData("/linux/namespaces/0/path", "\"relative\"", "relative")]
    [InlineData("/linux/resources/devices/0/type", "\"x\"", "x")]
    [InlineData("/linux/resources/devices/0/access", "\"q\"", "q")]
    [InlineData("/linux/resources/pids", "{\"limit\":\"many\"}", null)]
    [InlineData("/linux/resources/memory", "{\"limit\":1.5}", null)]
    [InlineData("/linux/rootfsPropagation", "\"nosuch\"", "nosuch")]
    [InlineData("/linux/maskedPaths/0", "\"\"", null)]
    [InlineData("/linux/cgroupsPath", "\"a\\u0000b\"", null)]
    [InlineData("/hostname", "\"with\\u0000nul\"", null)]
    public void Value_BreaksARule_IsRefusedWithPathAndValue(string path, string value, string? words)
    {
        Bundle bundle = NewBundle("true");
        Set(bundle.Config, path, JsonNode.Parse(value));

        Outcome outcome = Ocirun.Fail("create", "--bundle", bundle.Save().Folder, NewId());

        outcome.Error.Should().Contain(path);
        if (words is not null)
        {
            outcome.Error.Should().Contain(words);
        }

        NothingIsLeft();
    }

    [HostFact]
    public void Namespaces_OneTwice_IsRefused()
    {
        Bundle bundle = NewBundle("true");
        Set(bundle.Config, "/linux/namespaces/0/type", "mount");

        Ocirun.Fail("create", "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain("/linux/namespaces/").And.Contain("mount");
        NothingIsLeft();
    }

    [HostFact]
    public void Values_SeveralBreakRules_AreAllReportedAndTheFirstIsLogged()
    {
        Bundle bundle = NewBundle("true");
        Set(bundle.Config, "/process/cwd", "relative");
        Set(bundle.Config, "/linux/rootfsPropagation", "nosuch");
        Set(bundle.Config, "/linux/resources/devices/0/type", "x");
        string log = Path.Combine(Folder, "log.json");

        Outcome outcome = Ocirun.Fail("--log", log, "--log-format", "json", "create", "--bundle", bundle.Save().Folder, NewId());

        outcome.Error.Should().ContainAll("/process/cwd", "/linux/rootfsPropagation", "/linux/resources/devices/0/type");
        JsonNode.Parse(File.ReadAllText(log))!["msg"]!.GetValue<string>().Should().ContainAny("/process/cwd", "/linux/rootfsPropagation", "/linux/resources");
        NothingIsLeft();
    }

    [HostFact]
    public void Config_NoProcess_CanBeCreatedNotStarted()
    {
        Bundle bundle = NewBundle("true");
        _ = bundle.Config.Remove("process");
        string id = NewId();

        Outcome create = Ocirun.Run("create", "--bundle", bundle.Save().Folder, id);
        if (Host.IsOcirun)
        {
            // config.md: "process" is required when start is called. runc wants it at once.
            create.Status.Should().Be(0, "{0}", create);
            Ocirun.StatusOf(id).Should().Be("created");
            Ocirun.Fail("start", id).Error.Should().Contain("config.json has none (/process)");
            Ocirun.StatusOf(id).Should().Be("created", "start has not touched it");
            _ = Ocirun.Succeed("delete", id);
            Run(bundle).Error.Should().Contain("config.json has no \"process\" (/process)");
        }

        NothingIsLeft();
    }

    [HostFact]
    public void Config_NoLinux_IsRefusedOrRuns()
    {
        Bundle bundle = NewBundle("true");
        _ = bundle.Config.Remove("linux");
        _ = bundle.Config.Remove("hostname");

        Run(bundle.Save()).Status.Should().BeInRange(0, 1);
        NothingIsLeft();
    }

    private static void Set(JsonNode document, string path, JsonNode? value)
    {
        string[] words = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        JsonNode at = document;
        foreach (string word in words[..^1])
        {
            at = at is JsonArray list ? list[int.Parse(word, System.Globalization.CultureInfo.InvariantCulture)]! : at[word]!;
        }

        if (at is JsonArray last)
        {
            last[int.Parse(words[^1], System.Globalization.CultureInfo.InvariantCulture)] = value;
        }
        else
        {
            at[words[^1]] = value;
        }
    }
}
