// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>The systemd driver of a user who is not root, with that user's systemd. The lab has such a user.</summary>
[Trait("Category", "Vm")]
public sealed class SystemdUserTests : ContainerTest
{
    private const string User = "lab";
    private const string RuntimeFolder = "/run/user/1000";

    [HostFact(Needs.Systemd | Needs.CgroupV2)]
    public void Rootless_Scope_IsTheUsersAndHasItsLimits()
    {
        string home = MakeBundle("""
            "resources": { "memory": { "limit": 67108864 }, "pids": { "limit": 44 } },
            """);
        string id = NewId();

        AsUser($"./executable --systemd-cgroup --root {home}/state create {id} </dev/null >/dev/null 2>err; r=$?; cat err; exit $r");
        try
        {
            string unit = $"ocirun-{id}.scope";
            string cgroup = $"/user.slice/user-1000.slice/user@1000.service/user.slice/{unit}";
            AsUser($"systemctl --user show --value -p ControlGroup {unit}").Trim().Should().Be(cgroup);
            AsUser($"systemctl --user show --value -p MemoryMax {unit}").Trim().Should().Be("67108864");
            Cgroups.Read("/sys/fs/cgroup" + cgroup, "memory.max").Should().Be("67108864");
            Cgroups.Read("/sys/fs/cgroup" + cgroup, "pids.max").Should().Be("44");
            Cgroups.Processes("/sys/fs/cgroup" + cgroup).Should().ContainSingle();
            AsUser($"./executable --root {home}/state start {id}");

            // From a session of the user's, from where only systemd may move a process into the scope.
            AsUser($"./executable --root {home}/state exec {id} cat /proc/self/cgroup").Should().Be("0::/\n");
            AsUser($"./executable --root {home}/state update --pids-limit 45 {id}; systemctl --user show --value -p TasksMax {unit}").Trim().Should().Be("45");
        }
        finally
        {
            AsUser($"./executable --root {home}/state delete --force {id}");
        }

        AsUser($"systemctl --user show --value -p LoadState ocirun-{id}.scope").Trim().Should().Be("not-found");
        NothingIsLeft();
    }

    [HostFact(Needs.Systemd | Needs.CgroupV2)]
    public void Rootless_NoWayToTheUsersSystemd_SaysWhatIsMissing()
    {
        string home = MakeBundle("");

        Outcome outcome = Systemd.Run("setpriv", [.. s_asUser, "env", "-i", "sh", "-c", $"cd {home}; ./executable --systemd-cgroup --root state run {NewId()}"]);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("XDG_RUNTIME_DIR");
    }

    [HostFact(Needs.Systemd | Needs.CgroupV1)]
    public void Rootless_CgroupV1_IsRefused()
    {
        string home = MakeBundle("");

        Outcome outcome = Systemd.Run("setpriv", [.. s_asUser, "sh", "-c", $"cd {home}; XDG_RUNTIME_DIR={RuntimeFolder} ./executable --systemd-cgroup --root state run {NewId()}"]);

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("cgroup v1");
    }

    private static readonly string[] s_asUser = ["--reuid", User, "--regid", User, "--clear-groups"];

    private string MakeBundle(string resources)
    {
        string home = Path.Combine(Folder, "home");
        Bundle bundle = NewBundle("sleep", "1000");
        _ = Directory.CreateDirectory(home);
        Directory.Move(bundle.Rootfs, Path.Combine(home, "rootfs"));
        File.Copy(Host.Executable, Path.Combine(home, "executable"));
        Shell($"chown -R {User}:{User} {home}; chmod 755 {Folder}");
        AsUser("./executable spec --rootless");
        string config = Path.Combine(home, "config.json");
        string text = File.ReadAllText(config);
        text = text.Replace("\"terminal\": true", "\"terminal\": false", StringComparison.Ordinal);
        text = text.Replace("\"sh\"", "\"sleep\", \"1000\"", StringComparison.Ordinal);
        text = text.Replace("\"linux\": {", "\"linux\": {\n" + resources, StringComparison.Ordinal);
        File.WriteAllText(config, text);
        return home;
    }

    private string AsUser(string script)
    {
        Outcome outcome = Systemd.Run("setpriv", [.. s_asUser, "sh", "-c", $"cd {Folder}/home; export XDG_RUNTIME_DIR={RuntimeFolder} {Marker}; {script}"]);
        outcome.Status.Should().Be(0, "{0}: {1}", script, outcome);
        return outcome.Output;
    }

    private static void Shell(string script) => Systemd.Run("sh", "-c", script).Status.Should().Be(0);
}
