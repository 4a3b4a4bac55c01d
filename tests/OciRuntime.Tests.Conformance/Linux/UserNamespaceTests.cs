// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
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

    // user_namespaces(7): 340 lines, and less than a page of text.
    [HostFact]
    public void UserNamespace_HundredsOfLines_AreWritten()
    {
        const int Lines = 300;
        Bundle bundle = WithUserNamespace(NewShell("wc -l < /proc/self/uid_map; grep -w 299 /proc/self/gid_map"));
        bundle.Linux["uidMappings"] = new JsonArray([.. Enumerable.Range(0, Lines).Select(i => Line(i, 2000 + (2 * i)))]);
        bundle.Linux["gidMappings"] = new JsonArray([.. Enumerable.Range(0, Lines).Select(i => Line(i, 2000 + (2 * i)))]);
        File.SetUnixFileMode(bundle.Rootfs, (UnixFileMode)0x1FF);
        MakeReadable(bundle);

        string[] words = OutputOf(bundle.Save()).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

        words.Should().Equal($"{Lines}", "299", "2598", "1");
    }

    [HostFact]
    [Trait("Category", "Vm")]
    public void UserNamespace_Path_IsJoinedAndOwnsTheNewOnesBesideIt()
    {
        using Container other = CreateOther();
        Bundle bundle = Joining(NewShell("readlink /proc/self/ns/user; cat /proc/self/uid_map; hostname inside && hostname; id -u"), other, "user");
        bundle.SetCapabilities("CAP_SYS_ADMIN");
        _ = bundle.Save();

        string[] lines = OutputOf(bundle.Save()).Split('\n');

        lines[0].Should().Be(new FileInfo($"/proc/{other.Pid}/ns/user").LinkTarget);
        lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().Equal("0", $"{HostId}", "65536");
        lines[2..4].Should().Equal(["inside", "0"], "its root may set what belongs to the user namespace");
    }

    [HostFact]
    public void UserNamespace_PathWithOtherNamespacesOfTheSame_AreJoinedToo()
    {
        using Container other = CreateOther();
        Bundle bundle = Joining(NewShell("readlink /proc/self/ns/user; readlink /proc/self/ns/net; readlink /proc/self/ns/pid"), other, "user", "network", "pid");

        OutputOf(bundle.Save()).Should().Be(string.Concat(new[] { "user", "net", "pid" }.Select(n => $"{new FileInfo($"/proc/{other.Pid}/ns/{n}").LinkTarget}\n")));
    }

    [HostFact]
    public void UserNamespace_PathAndTime_HasItsOffsets()
    {
        using Container other = CreateOther();
        Bundle bundle = Joining(NewShell("grep boottime /proc/self/timens_offsets"), other, "user");
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "time" });
        bundle.Linux["timeOffsets"] = new JsonObject { ["boottime"] = new JsonObject { ["secs"] = 1234 } };

        OutputOf(bundle.Save()).Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().StartWith(["boottime", "1234"]);
    }

    [HostTheory]
    [InlineData(65536, 0)]
    [InlineData(65535, 1)]
    public void UserNamespace_PathWithMaps_ComparesThem(int size, int status)
    {
        using Container other = CreateOther();
        Bundle bundle = Joining(NewBundle("true"), other, "user");
        bundle.Linux["uidMappings"] = Map();
        bundle.Linux["gidMappings"] = new JsonArray(new JsonObject { ["containerID"] = 0, ["hostID"] = HostId, ["size"] = size });

        Outcome outcome = Run(bundle.Save());

        outcome.Status.Should().Be(status, "{0}", outcome);
        outcome.Error.Contains("/linux/gidMappings", StringComparison.Ordinal).Should().Be(status != 0);
    }

    // What is joined belongs to the host's user namespace: from inside the new one it could not be joined any more.
    [HostFact]
    public void UserNamespace_NewWithJoinedNamespacesOfTheHost_HasBoth()
    {
        using Container other = Create(NewBundle("true"));
        Bundle bundle = WithUserNamespace(NewShell("readlink /proc/self/ns/uts; readlink /proc/self/ns/ipc; id -u"));
        foreach (string type in (string[])["uts", "ipc"])
        {
            bundle.RemoveNamespace(type);
            bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = type, ["path"] = $"/proc/{other.Pid}/ns/{type}" });
        }

        _ = bundle.Config.Remove("hostname");
        bundle.Mounts.RemoveAt(4); // mqueue of an IPC namespace that is not its own
        MakeReadable(bundle);

        OutputOf(bundle.Save()).Should().Be(string.Concat(new[] { "uts", "ipc" }.Select(n => $"{new FileInfo($"/proc/{other.Pid}/ns/{n}").LinkTarget}\n")) + "0\n");
    }

    [HostFact]
    public void UserNamespace_PathOfNothing_FailsAndLeavesNothing()
    {
        Bundle bundle = NewBundle("true");
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user", ["path"] = "/proc/self/ns/nothing" });

        Outcome outcome = Ocirun.Fail("create", "--bundle", bundle.Save().Folder, NewId());

        outcome.Error.Should().Contain("/linux/namespaces/").And.Contain("/proc/self/ns/nothing").And.Contain("ENOENT");
        NothingIsLeft();
    }

    // newuidmap(1) writes the maps of a user who has more ids than his own.
    [HostFact(Needs.SubordinateIds)]
    [Trait("Category", "Vm")]
    public void Rootless_SubordinateIds_AreMapped()
    {
        const string User = "1000";
        Bundle bundle = NewShell("id -u; cat /proc/self/uid_map").With(b =>
        {
            b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" });
            JsonArray OfUser() => new(Line(0, 1000), new JsonObject { ["containerID"] = 1, ["hostID"] = HostId, ["size"] = 1000 });
            b.Linux["uidMappings"] = OfUser();
            b.Linux["gidMappings"] = OfUser();
            _ = b.Linux.Remove("resources");
        });
        MakeReadable(bundle.Save());
        Sh($"chown -R {User}:{User} {bundle.Folder}; mkdir {Folder}/user; chown {User} {Folder}/user");

        string[] lines = Sh($"setpriv --reuid {User} --regid {User} --clear-groups {Host.Executable} --root {Folder}/user run --bundle {bundle.Folder} {NewId()}").Split('\n');

        lines[0].Should().Be("0");
        lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().Equal("0", "1000", "1");
        lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).Should().Equal("1", $"{HostId}", "1000");
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

        // exec takes a process in between there: the PID namespace belongs to the user namespace.
        spec["process"]!["args"] = Bundle.Array("sh", "-c", "while read line; do :; done");
        File.WriteAllText(config, spec.ToJsonString());
        string id = NewId();
        Sh($"mkfifo {home}/input; {asUser} {executable} run --detach --bundle {home} {id} 0<>{home}/input >/dev/null 2>&1");
        string inside = Sh($"{asUser} {executable} exec {id} sh -c 'echo $$; id -u; readlink /proc/self/ns/user; readlink /proc/self/ns/pid'; {asUser} {executable} exec {id} missing || echo $?; {asUser} {executable} state {id} | grep pid");
        Sh($"{asUser} {executable} delete --force {id}");

        string pid = inside[(inside.LastIndexOf(':') + 1)..].Trim(' ', ',', '\n');
        inside.Should().MatchRegex("^[0-9]+\\n0\\nuser:\\[[0-9]+\\]\\npid:\\[[0-9]+\\]\\n255\\n", "of process {0}", pid);
    }

    private Container CreateOther()
    {
        Bundle bundle = WithUserNamespace(NewBundle("true"));
        MakeReadable(bundle);
        return Create(bundle.Save());
    }

    private static Bundle WithUserNamespace(Bundle bundle) => bundle.With(b =>
    {
        b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" });
        b.Linux["uidMappings"] = Map();
        b.Linux["gidMappings"] = Map();
    });

    private static Bundle Joining(Bundle bundle, Container other, params string[] types)
    {
        foreach (string type in types)
        {
            if (type != "user")
            {
                bundle.RemoveNamespace(type);
            }

            string name = type == "network" ? "net" : type;
            bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = type, ["path"] = $"/proc/{other.Pid}/ns/{name}" });
        }

        MakeReadable(bundle.Save());
        return bundle;
    }

    private static JsonObject Line(int containerId, int hostId) => new() { ["containerID"] = containerId, ["hostID"] = hostId, ["size"] = 1 };

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
