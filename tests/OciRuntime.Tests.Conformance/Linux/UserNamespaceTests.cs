// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

public sealed class UserNamespaceTests : ContainerTest
{
    private const int HostId = 100_000;

    [HostFact]
    public void UserNamespace_New_MapsRoot()
    {
        Bundle bundle = NewShell("id -u; id -g; cat /proc/self/uid_map; echo > /dev/null && echo device").With(b =>
        {
            b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" });
            b.Linux["uidMappings"] = Map();
            b.Linux["gidMappings"] = Map();
        });
        MakeReadable(bundle);

        Outcome outcome = Run(bundle);

        outcome.Status.Should().Be(0, "{0}", outcome);
        outcome.Output.Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Should().Equal("0", "0", "0", $"{HostId}", "65536", "device");
        NothingIsLeft();
    }

    [HostFact]
    public void UserNamespace_WithoutMaps_IsRefused()
    {
        Bundle bundle = NewBundle("true").With(b => b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" }));

        Outcome outcome = Run(bundle);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("/linux/uidMappings");
    }

    // What `spec --rootless` writes for a user, that user can run: with its one id as root inside, and without a cgroup of its own.
    [HostFact]
    public void Rootless_ConfigOfSpec_RunsForThatUser()
    {
        const string User = "12345";
        string home = Path.Combine(Folder, "home");
        Bundle bundle = NewBundle("true");
        _ = Directory.CreateDirectory(home);
        Directory.Move(bundle.Rootfs, Path.Combine(home, "rootfs"));
        MakeReadable(bundle);
        string executable = Path.Combine(home, "executable");
        File.Copy(Host.Executable, executable);
        Sh($"chown -R {User}:{User} {home}");
        string asUser = $"setpriv --reuid {User} --regid {User} --clear-groups env XDG_RUNTIME_DIR={home}";

        Sh($"{asUser} {executable} spec --rootless --bundle {home}");
        string config = Path.Combine(home, "config.json");
        JsonNode spec = JsonNode.Parse(File.ReadAllText(config))!;
        spec["process"]!["terminal"] = false;
        spec["process"]!["args"] = Bundle.Array("sh", "-c", "id -u; hostname");
        File.WriteAllText(config, spec.ToJsonString());

        Sh($"{asUser} {executable} run --bundle {home} {NewId()}").Should().Be("0\nocirun\n");
    }

    private static JsonArray Map() => new(new JsonObject { ["containerID"] = 0, ["hostID"] = HostId, ["size"] = 65536 });

    // The mapped root is somebody else outside, and must be able to reach the root file system.
    private static void MakeReadable(Bundle bundle)
    {
        for (string? folder = bundle.Folder; folder is not null && folder != "/tmp"; folder = Path.GetDirectoryName(folder))
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
        }
    }

    private string Sh(string script)
    {
        using ChildProcess shell = ChildProcess.Start(new Launch("/bin/sh", ["-c", script]) { Environment = Ocirun.Environment });
        Outcome outcome = shell.Wait();
        outcome.Status.Should().Be(0, "{0}: {1}", script, outcome);
        return outcome.Output;
    }
}
