// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

public sealed class MaskTests : ContainerTest
{
    // Only those that the host's kernel has: each is what it is on the host, and empty.
    [HostFact]
    public void MaskedPaths_DefaultConfig_HideFilesAndFolders()
    {
        JsonObject paths = Report(NewBundle(), "paths")["paths"]!.AsObject();

        foreach (string path in Paths("maskedPaths").Where(p => paths.ContainsKey(p)))
        {
            JsonNode seen = paths[path]!;
            if (Directory.Exists(path))
            {
                seen["type"]!.GetValue<string>().Should().Be("directory", "{0}", path);
                seen["entries"]!.GetValue<int>().Should().Be(0, "{0} is masked", path);
            }
            else if (File.Exists(path))
            {
                seen["type"]!.GetValue<string>().Should().Be("c", "{0} is /dev/null", path);
                seen["minor"]!.GetValue<int>().Should().Be(3);
            }
        }
    }

    [HostFact]
    public void MaskedPaths_OfTheImage_HideFilesAndFolders()
    {
        Bundle bundle = NewShell("cat /opt/secret; ls /opt/folder | wc -l; touch /opt/folder/x 2>/dev/null || echo refused; ls /opt/missing 2>/dev/null || echo missing");
        bundle.AddProgram("/opt/secret", "secret");
        bundle.AddProgram("/opt/folder/secret", "secret");
        bundle.Linux["maskedPaths"] = Bundle.Array("/opt/secret", "/opt/folder", "/opt/missing");
        bundle.Config["root"]!["readonly"] = false;

        OutputOf(bundle.Save()).Should().Be("0\nrefused\nmissing\n");
    }

    [HostFact]
    public void MaskedPaths_LinkOutOfTheRoot_MasksInside()
    {
        Bundle bundle = NewShell("cat /opt/secret");
        bundle.AddProgram("/opt/secret", "secret\n");
        _ = File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "opt/link"), "../../../../../../opt/secret");
        bundle.Linux["maskedPaths"] = Bundle.Array("/opt/link");

        OutputOf(bundle.Save()).Should().BeEmpty();
    }

    // Once each, however often they are named; folders share one file system, which costs one.
    [HostFact]
    public void MaskedPaths_Twice_AreMaskedOnce()
    {
        Bundle bundle = NewShell("grep -c ' /opt/' /proc/self/mounts; stat -c %d /opt/a /opt/b | uniq | wc -l");
        bundle.AddProgram("/opt/secret", "secret");
        bundle.AddProgram("/opt/a/secret", "secret");
        bundle.AddProgram("/opt/b/secret", "secret");
        bundle.Linux["maskedPaths"] = Bundle.Array("/opt/secret", "/opt/a", "/opt//a/", "/opt/b", "/opt/secret");

        OutputOf(bundle.Save()).Should().Be("3\n1\n");
    }

    [HostTheory]
    [InlineData("/proc/sys/kernel/shm_rmid_forced", "echo 1")]
    [InlineData("/proc/irq/default_smp_affinity", "echo f")]
    public void ReadonlyPaths_DefaultConfig_RefuseWrites(string path, string command)
    {
        Bundle bundle = NewShell($"{command} >{path}");
        // With all capabilities: it's the mount that refuses.
        bundle.SetCapabilities("CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE");

        Outcome outcome = Run(bundle.Save());

        outcome.Error.Should().Contain("Read-only file system");
    }

    [HostFact]
    public void ReadonlyPaths_AreReadable() => OutputOf(NewShell("cat /proc/sys/kernel/ostype")).Should().Be("Linux\n");

    [HostFact]
    public void ReadonlyPaths_OfTheImage_RefuseWrites()
    {
        Bundle bundle = NewShell("echo x >>/opt/file; echo x >/opt/folder/new; cat /opt/file; ls /opt/missing");
        bundle.AddProgram("/opt/file", "content\n");
        bundle.AddProgram("/opt/folder/file", "content\n");
        bundle.Linux["readonlyPaths"] = Bundle.Array("/opt/file", "/opt/folder", "/opt/missing");
        bundle.Config["root"]!["readonly"] = false;

        Outcome outcome = Run(bundle.Save());

        outcome.Output.Should().Be("content\n");
        outcome.Error.Split("Read-only file system").Should().HaveCount(3);
    }

    // Flags that the mount had stay: a read-only remount must not lose nosuid, nodev and noexec.
    [HostFact]
    public void ReadonlyPaths_KeepTheFlagsOfTheMount()
    {
        JsonArray mounts = Report(NewBundle().With(b => b.Linux["readonlyPaths"] = Bundle.Array("/dev/shm")), "mounts")["mounts"]!.AsArray();

        JsonNode mount = mounts.Last(m => m!["target"]!.GetValue<string>() == "/dev/shm")!;
        mount["options"]!.AsArray().Select(o => o!.GetValue<string>()).Should().Contain(["ro", "nosuid", "nodev", "noexec"]);
    }

    private static string[] Paths(string name) => [.. Bundle.DefaultConfig()["linux"]![name]!.AsArray().Select(p => p!.GetValue<string>())];
}
