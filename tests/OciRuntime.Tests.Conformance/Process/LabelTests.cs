// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Process;

/// <summary>apparmorProfile and selinuxLabel.</summary>
public sealed class LabelTests : ContainerTest
{
    private const string Current = "cat /proc/self/attr/current";

    [HostFact(Needs.NoAppArmor)]
    public void Apparmor_HostHasNone_IsTheKernelsError()
    {
        Bundle bundle = NewBundle("true").With(b => b.Process["apparmorProfile"] = "acme_secure_profile");

        Ocirun.Fail("create", "--bundle", bundle.Folder, NewId()).Error.Should()
            .Contain("unable to apply apparmor profile acme_secure_profile (/process/apparmorProfile) (hint: AppArmor is not enabled on this host)")
            .And.MatchRegex("write `/proc/self/attr/(apparmor/)?exec`: EINVAL");
        NothingIsLeft();
    }

    [HostFact(Needs.AppArmor)]
    [Trait("Category", "Vm")]
    public void Apparmor_Profile_ConfinesTheProgram()
    {
        using Profile profile = new(Folder, "ocirun-test");
        Bundle bundle = NewShell($"{Current}; touch /tmp/allowed && echo allowed; touch /tmp/forbidden || echo forbidden").With(b =>
        {
            b.Process["apparmorProfile"] = profile.Name;
            b.Config["root"]!["readonly"] = false;
        });

        OutputOf(bundle).Should().Be("ocirun-test (enforce)\nallowed\nforbidden\n");
    }

    // AppArmor lets who has no_new_privs change from unconfined only: a runtime that sets it first, in a profile, would fail.
    [HostTheory(Needs.AppArmor)]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Category", "Vm")]
    public void Apparmor_ProfileOfAUser_ConfinesTheProgram(bool noNewPrivileges)
    {
        using Profile profile = new(Folder, "ocirun-test");
        Bundle bundle = NewShell(Current).With(b =>
        {
            b.Process["apparmorProfile"] = profile.Name;
            b.Process["noNewPrivileges"] = noNewPrivileges;
            b.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        });

        OutputOf(bundle).Should().Be("ocirun-test (enforce)\n");
    }

    [HostFact(Needs.AppArmor)]
    [Trait("Category", "Vm")]
    public void Apparmor_Unconfined_IsThat() =>
        OutputOf(NewShell(Current).With(b => b.Process["apparmorProfile"] = "unconfined")).Should().Be("unconfined\n");

    [HostFact(Needs.AppArmor)]
    [Trait("Category", "Vm")]
    public void Apparmor_ProfileIsNotLoaded_SaysSo()
    {
        Bundle bundle = NewBundle("true").With(b => b.Process["apparmorProfile"] = "no-such-profile");

        Ocirun.Fail("create", "--bundle", bundle.Folder, NewId()).Error.Should()
            .Contain("unable to apply apparmor profile no-such-profile (/process/apparmorProfile) (hint: no such profile is loaded)").And.Contain("ENOENT");
        NothingIsLeft();
    }

    // CVE-2019-16884, CVE-2025-52881: what stands over the container's own /proc must not take the write.
    [HostFact(Needs.AppArmor)]
    [Trait("Category", "Vm")]
    public void Apparmor_FileMountedOverTheAttribute_IsNotWritten()
    {
        using Profile profile = new(Folder, "ocirun-test");
        string decoy = Path.Combine(Folder, "decoy");
        File.WriteAllText(decoy, "");
        Bundle bundle = NewShell(Current).With(b =>
        {
            b.Process["apparmorProfile"] = profile.Name;
            b.Config["hooks"] = new JsonObject
            {
                // The mount namespace of the container, in which its /proc is at the bundle's rootfs until pivot_root.
                ["createContainer"] = new JsonArray(new JsonObject
                {
                    ["path"] = "/bin/sh",
                    ["args"] = Bundle.Array("sh", "-c", $"for f in {b.Rootfs}/proc/1/attr/exec {b.Rootfs}/proc/1/attr/apparmor/exec; do mount --bind {decoy} $f; done"),
                    ["env"] = Bundle.Array("PATH=/usr/bin:/bin:/usr/sbin:/sbin"),
                }),
            };
        });

        OutputOf(bundle).Should().Be("ocirun-test (enforce)\n");
        File.ReadAllText(decoy).Should().BeEmpty();
    }

    [HostFact(Needs.AppArmor)]
    [Trait("Category", "Vm")]
    public void Apparmor_Exec_HasTheContainersProfileOrItsOwn()
    {
        using Profile profile = new(Folder, "ocirun-test");
        using Profile other = new(Folder, "ocirun-other");
        Bundle bundle = NewBundle("/guest", "sleep").With(b => b.Process["apparmorProfile"] = profile.Name);
        using Container container = RunDetached(bundle);

        Ocirun.Succeed("exec", container.Id, "sh", "-c", Current).Output.Should().Be("ocirun-test (enforce)\n");
        Ocirun.Succeed("exec", "--apparmor", other.Name, container.Id, "sh", "-c", Current).Output.Should().Be("ocirun-other (enforce)\n");
        Outcome missing = Ocirun.Run("exec", "--apparmor", "no-such-profile", container.Id, "true");
        missing.Status.Should().Be(255);
        missing.Error.Should().Contain("no such profile is loaded");
    }

    [HostFact(Needs.NoSelinux)]
    public void Selinux_HostHasNone_IsRefusedBeforeAnythingIsMade()
    {
        Bundle bundle = NewBundle("true").With(b => b.Process["selinuxLabel"] = "system_u:system_r:container_t:s0:c4,c5");

        Ocirun.Fail("create", "--bundle", bundle.Folder, NewId()).Error
            .Should().Contain("selinux label is specified in config, but selinux is disabled or not supported").And.Contain("/process/selinuxLabel");
        NothingIsLeft();
    }

    [HostFact(Needs.NoSelinux)]
    public void Selinux_HostHasNone_IsRefusedByExec()
    {
        using Container container = RunDetached(NewBundle("/guest", "sleep"));

        Outcome outcome = Ocirun.Run("exec", "--process-label", "system_u:system_r:container_t:s0", container.Id, "true");

        outcome.Status.Should().Be(255);
        outcome.Error.Should().Contain("selinux is disabled or not supported");
    }

    // Allows everything but one file; loaded while it lives.
    private sealed class Profile : IDisposable
    {
        private readonly string _file;

        internal Profile(string folder, string name)
        {
            Name = name;
            _file = Path.Combine(folder, name + ".profile");
            File.WriteAllText(_file, $$"""
                profile {{name}} flags=(attach_disconnected,mediate_deleted) {
                  file, capability, network, mount, umount, pivot_root, signal, ptrace, unix,
                  deny /tmp/forbidden w,
                }
                """);
            Parse("--replace");
        }

        internal string Name { get; }

        public void Dispose() => Parse("--remove");

        private void Parse(string action)
        {
            string parser = Host.FindProgram("apparmor_parser")!;
            using ChildProcess process = ChildProcess.Start(new Launch(parser, [action, "--skip-cache", _file]) { Environment = ["PATH=/usr/bin:/bin"] });
            Outcome outcome = process.Wait();
            outcome.Status.Should().Be(0, "{0}", outcome);
        }
    }
}
