// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

public sealed class MountOptionTests : ContainerTest
{
    [HostTheory]
    [InlineData("ro", "ro")]
    [InlineData("nosuid", "nosuid")]
    [InlineData("nodev", "nodev")]
    [InlineData("noexec", "noexec")]
    [InlineData("noatime", "noatime")]
    [InlineData("nodiratime", "nodiratime")]
    [InlineData("relatime", "relatime")]
    public void Tmpfs_Option_IsSet(string option, string seen) =>
        Options(WithMount("tmpfs", "tmpfs", option)).Should().Contain(seen);

    [HostFact]
    public void Tmpfs_Data_ReachesTheFileSystem() =>
        OutputOf(WithMount("tmpfs", "tmpfs", "size=1m", "mode=0700").Args("sh", "-c", "stat -c %a /mnt; stat -f -c '%b %S' /mnt"))
            .Should().Be("700\n256 4096\n");

    [HostFact]
    public void Bind_Folder_ShowsTheHosts()
    {
        string source = HostFolder();

        OutputOf(WithMount("bind", source, "bind").Args("cat", "/mnt/file")).Should().Be("content\n");
    }

    [HostTheory]
    [InlineData("bind", "bind")]
    [InlineData("none", "rbind")]
    [InlineData("", "bind")]
    public void Bind_TypeDoesNotMatter_OptionDoes(string type, string option) =>
        OutputOf(WithMount(type, HostFolder(), option).Args("cat", "/mnt/file")).Should().Be("content\n");

    [HostFact]
    public void Bind_ReadOnly_RefusesWrites()
    {
        Outcome outcome = Run(WithMount("bind", HostFolder(), "bind", "ro").Args("touch", "/mnt/new"));

        outcome.Error.Should().Contain("Read-only file system");
    }

    [HostFact]
    public void Bind_Writable_WritesToTheHosts()
    {
        string source = HostFolder();

        _ = OutputOf(WithMount("bind", source, "bind").Args("cp", "/mnt/file", "/mnt/copy"));

        File.ReadAllText(Path.Combine(source, "copy")).Should().Be("content\n");
    }

    [HostFact]
    public void Bind_File_IsMadeWhereMissing()
    {
        Bundle bundle = NewBundle("cat", "/opt/new/file");
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/opt/new/file", "bind", Path.Combine(HostFolder(), "file"), "bind");

        OutputOf(bundle.Save()).Should().Be("content\n");
    }

    [HostFact]
    public void Bind_RelativeSource_IsTakenFromTheBundle()
    {
        Bundle bundle = NewBundle("cat", "/mnt/file");
        _ = Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "mnt"));
        _ = Directory.CreateDirectory(Path.Combine(bundle.Folder, "data"));
        File.WriteAllText(Path.Combine(bundle.Folder, "data/file"), "relative\n");
        bundle.AddMount("/mnt", "bind", "data", "bind");

        OutputOf(bundle.Save()).Should().Be("relative\n");
    }

    [HostFact]
    public void Bind_SourceIsMissing_FailsAndLeavesNothing()
    {
        Bundle bundle = WithMount("bind", Path.Combine(Folder, "missing"), "bind");

        Ocirun.Fail("run", "--bundle", bundle.Folder, NewId()).Error.Should().Contain("no such file or directory").And.Contain("missing");
        NothingIsLeft();
    }

    [HostFact]
    public void Destination_Missing_IsMade()
    {
        Bundle bundle = NewShell("echo x >/opt/a/b/c/file && cat /opt/a/b/c/file");
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/opt/a/b/c", "tmpfs", "tmpfs");

        OutputOf(bundle.Save()).Should().Be("x\n");
    }

    [HostFact]
    public void Destination_LinkOutOfTheRoot_StaysInside()
    {
        Bundle bundle = NewShell("cat /tmp/file; cat /opt/link/file");
        _ = File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "opt/link"), "../../../../../../../tmp");
        bundle.AddMount("/opt/link", "bind", HostFolder(), "bind");

        OutputOf(bundle.Save()).Should().Be("content\ncontent\n");
    }

    [HostFact]
    public void Destination_Proc_IsRefusedForOthers()
    {
        Bundle bundle = NewBundle("true");
        bundle.AddMount("/proc/self", "tmpfs", "tmpfs");

        _ = Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId());
        NothingIsLeft();
    }

    [HostFact]
    public void Type_Unknown_FailsAndLeavesNothing()
    {
        _ = Ocirun.Fail("run", "--bundle", WithMount("nosuchfs", "none").Folder, NewId());
        NothingIsLeft();
    }

    [HostFact]
    public void Order_LaterOverEarlier_IsTheConfigs()
    {
        Bundle bundle = NewShell("ls /mnt");
        _ = Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "mnt"));
        bundle.AddMount("/mnt", "bind", HostFolder(), "bind");
        bundle.AddMount("/mnt", "tmpfs", "tmpfs");

        OutputOf(bundle.Save()).Should().BeEmpty();
    }

    // The host's side must never see what is mounted inside, whatever the config's propagation.
    [HostTheory]
    [InlineData("private")]
    [InlineData("slave")]
    [InlineData("shared")]
    [InlineData("unbindable")]
    public void RootfsPropagation_Each_IsSetAndLeaksNothing(string propagation)
    {
        Bundle bundle = NewBundle();
        bundle.Linux["rootfsPropagation"] = propagation;

        JsonNode root = Report(bundle.Save(), "mounts")["mounts"]!.AsArray().First(m => m!["target"]!.GetValue<string>() == "/")!;

        string[] seen = [.. root["propagation"]!.AsArray().Select(p => p!.GetValue<string>().Split(':')[0])];
        switch (propagation)
        {
            case "shared": seen.Should().Contain("shared"); break;
            case "unbindable": seen.Should().Contain("unbindable"); break;
            default: seen.Should().NotContain("shared"); break;
        }

        NothingIsLeft();
    }

    private Bundle WithMount(string type, string source, params string[] options)
    {
        Bundle bundle = NewBundle();
        _ = Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "mnt"));
        bundle.AddMount("/mnt", type, source, options);
        return bundle.Save();
    }

    private string[] Options(Bundle bundle) =>
        [.. Report(bundle, "mounts")["mounts"]!.AsArray().Last(m => m!["target"]!.GetValue<string>() == "/mnt")!["options"]!.AsArray().Select(o => o!.GetValue<string>())];

    private string HostFolder()
    {
        string folder = Path.Combine(Folder, "host");
        _ = Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "file"), "content\n");
        return folder;
    }
}
