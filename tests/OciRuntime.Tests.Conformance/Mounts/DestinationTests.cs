// SPDX-License-Identifier: Apache-2.0
using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>Where something is mounted, and what the image may say to that.</summary>
public sealed class DestinationTests : MountTest
{
    [HostTheory]
    [InlineData("/opt/link", "ln -s /srv opt/link && mkdir srv", "/srv")]
    [InlineData("/opt/link/inner", "ln -s ../srv opt/link && mkdir srv", "/srv/inner")]
    [InlineData("/opt/link", "ln -s /../../../../srv opt/link && mkdir srv", "/srv")]
    [InlineData("/opt/link", "ln -s /srv/new opt/link", "/srv/new")]
    [InlineData("/opt/link/x", "ln -s ../srv/new/./deep opt/link", "/srv/new/deep/x")]
    [InlineData("/opt/one", "ln -s /opt/two opt/one && ln -s three/four opt/two", "/opt/three/four")]
    public void Links_OfTheImage_LeadInsideTheRoot(string destination, string image, string place)
    {
        foreach (bool isFolder in (bool[])[true, false])
        {
            Bundle bundle = NewBundle();
            Sh($"cd {bundle.Rootfs} && {image}");
            if (!isFolder)
            {
                Sh($"rmdir {bundle.Rootfs}{place} 2>/dev/null || :");
            }

            bundle.Config["root"]!["readonly"] = false;
            bundle.AddMount(destination, "bind", Path.Combine(HostFolder(), isFolder ? "" : "file"), "bind");

            OutputOf(bundle.Save().Shell($"cat {place}{(isFolder ? "/file" : "")}; grep -c ' {place} ' /proc/self/mounts")).Should().Be("content\n1\n");
        }
    }

    [HostTheory]
    [InlineData("ln -s loop opt/loop", "/opt/loop", "ELOOP")]
    [InlineData("ln -s / opt/root", "/opt/root", "it leads to the container's root")]
    [InlineData("ln -s ../../.. opt/root", "/opt/root", "it leads to the container's root")]
    [InlineData("ln -s /proc opt/proc", "/opt/proc", "cannot be mounted because it is inside /proc")]
    [InlineData("ln -s /proc/sys opt/sys", "/opt/sys/kernel", "cannot be mounted because it is inside /proc")]
    [InlineData("ln -s /proc/self/root opt/self", "/opt/self", "ELOOP")]
    public void Links_ToWhereNothingMayBe_AreRefused(string image, string destination, string rule)
    {
        Bundle bundle = NewBundle();
        Sh($"cd {bundle.Rootfs} && {image}");
        bundle.AddMount(destination, "bind", HostFolder(), "bind");

        Error(bundle.Save()).Should().Contain(rule).And.Contain(destination);
    }

    [HostTheory]
    [InlineData("/")]
    [InlineData("/opt/..")]
    [InlineData("../..")]
    public void Root_AsDestination_IsRefused(string destination)
    {
        Bundle bundle = NewBundle();
        bundle.AddMount(destination, "tmpfs", "tmpfs");

        Error(bundle.Save()).Should().Contain("/mounts/7/destination").And.Contain("is the container's root");
    }

    // lxcfs's files may be covered, the rest of /proc not.
    [HostFact]
    public void Proc_WhatProgramsOnlyRead_MayBeCovered()
    {
        Bundle bundle = NewShell("cat /proc/uptime /proc/sys/kernel/ns_last_pid");
        string file = Path.Combine(HostFolder(), "file");
        bundle.AddMount("/proc/uptime", "bind", file, "bind");
        bundle.AddMount("/proc/sys/kernel/ns_last_pid", "bind", file, "bind");

        OutputOf(bundle.Save()).Should().Be("content\ncontent\n");
    }

    [HostTheory]
    [InlineData("proc")]
    [InlineData("sys")]
    public void KernelsOwn_LinkInTheImage_IsRefused(string name)
    {
        Bundle bundle = NewBundle();
        Sh($"cd {bundle.Rootfs} && rmdir {name} && mkdir other && ln -s other {name}");

        Error(bundle).Should().Contain($"/{name}").And.Contain("must be mounted on ordinary directory");
    }

    [HostFact]
    public void BelowAnotherMount_IsMadeInThatMount()
    {
        Bundle bundle = WithMount("tmpfs", "tmpfs");
        bundle.AddMount("/mnt/a/b", "tmpfs", "tmpfs");
        bundle.AddMount("/mnt/a/file", "bind", Path.Combine(HostFolder(), "file"), "bind");

        OutputOf(bundle.Save().Shell("cat /mnt/a/file; echo x >/mnt/a/b/x; ls /mnt/a")).Should().Be("content\nb\nfile\n");
        Directory.GetFileSystemEntries(Path.Combine(bundle.Rootfs, "mnt")).Should().BeEmpty("it is in the tmpfs, not in the image");
    }

    [HostFact]
    public void BelowAReadOnlyTmpfs_IsMadeBeforeItIsReadOnly()
    {
        Bundle bundle = WithMount("tmpfs", "tmpfs", "ro");
        bundle.AddMount("/mnt/a", "bind", HostFolder(), "bind");

        OutputOf(bundle.Save().Shell("cat /mnt/a/file; touch /mnt/x 2>/dev/null || echo refused")).Should().Be("content\nrefused\n");
    }

    [HostFact]
    public void Relative_StartsAtTheRoot()
    {
        Bundle bundle = NewShell("cat /opt/file");
        bundle.AddMount("opt", "bind", HostFolder(), "bind");

        OutputOf(bundle.Save()).Should().Be("content\n");
    }

    [HostFact]
    public void AsTheHostSeesIt_IsTheSamePlace()
    {
        Bundle bundle = NewShell("cat /opt/file");
        bundle.AddMount(Path.Combine(bundle.Rootfs, "opt"), "bind", HostFolder(), "bind");

        OutputOf(bundle.Save()).Should().Be("content\n");
    }

    // Folders that are missing are made 0755, whatever the caller's umask, and inherit what the file system gives.
    [HostFact]
    public void Missing_IsMadeWithPlainModes()
    {
        Bundle bundle = NewBundle("true");
        Sh($"mkdir {bundle.Rootfs}/set && chmod 2755 {bundle.Rootfs}/set");
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/opt/a/b", "tmpfs", "tmpfs", "ro");
        bundle.AddMount("/set/a", "tmpfs", "tmpfs");

        using ChildProcess run = Ocirun.StartUnder(["sh", "-c", "umask 077; exec \"$@\"", "sh"], "run", "--bundle", bundle.Save().Folder, NewId());

        run.Wait().Status.Should().Be(0);
        Sh($"cd {bundle.Rootfs} && stat -c %a opt/a opt/a/b set/a").Should().Be("755\n755\n2755\n");
    }
}
