// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>Which mounts pass between host and container. The tests run where all of the host's are shared.</summary>
public sealed class PropagationTests : MountTest
{
    // What the root is seen as; whether a mount that the host makes below a bound folder comes in; whether one of the container gets out.
    [HostTheory]
    [InlineData(null, "master", true, false)]
    [InlineData("slave", "master", true, false)]
    [InlineData("rslave", "master", true, false)]
    [InlineData("private", "", false, false)]
    [InlineData("rprivate", "", false, false)]
    [InlineData("shared", "shared", true, true)]
    [InlineData("rshared", "shared", true, true)]
    [InlineData("unbindable", "unbindable", false, false)]
    [InlineData("runbindable", "unbindable", false, false)]
    public void RootfsPropagation_IsOfTheRoot_AndOfWhatIsBound(string? propagation, string seen, bool comesIn, bool getsOut)
    {
        string shared = HostFolder();
        Sh($"mkdir {shared}/in {shared}/out");
        Mounted(shared, $"mount --bind {shared} {shared} && mount --make-shared {shared}");
        Bundle bundle = WithMount("bind", shared, "rbind");
        bundle.SetCapabilities("CAP_SYS_ADMIN");
        if (propagation is not null)
        {
            bundle.Linux["rootfsPropagation"] = propagation;
        }

        using Container container = RunDetached(bundle.Args("/guest", "sleep"));
        Sh($"mount -t tmpfs from-host {shared}/in");
        bool isIn = Sh($"cat /proc/{container.Pid}/mountinfo").Contains("from-host", StringComparison.Ordinal);
        Sh($"nsenter -t {container.Pid} -m -r /bin/mount -t tmpfs from-container /mnt/out");
        bool isOut = Sh("cat /proc/self/mountinfo").Contains("from-container", StringComparison.Ordinal);
        Sh($"umount {shared}/in; umount {shared}/out 2>/dev/null || :");
        string root = File.ReadAllLines($"/proc/{container.Pid}/mountinfo").First(l => l.Split(' ')[4] == "/");

        isIn.Should().Be(comesIn);
        isOut.Should().Be(getsOut);
        (seen.Length == 0 ? !root.Contains(" shared:", StringComparison.Ordinal) && !root.Contains(" master:", StringComparison.Ordinal) : root.Contains(seen, StringComparison.Ordinal))
            .Should().BeTrue("{0}", root);
    }

    // The option of a mount, whatever the root's is.
    [HostTheory]
    [InlineData("shared", "shared master", "master")]
    [InlineData("rshared", "shared master", "shared master")]
    [InlineData("slave", "master", "master")]
    [InlineData("rslave", "master", "master")]
    [InlineData("private", "", "master")]
    [InlineData("rprivate", "", "")]
    [InlineData("unbindable", "unbindable", "master")]
    [InlineData("runbindable", "unbindable", "unbindable")]
    [InlineData("rprivate,shared", "shared", "")]
    public void Option_IsOfTheMount_OrOfTheTree(string options, string top, string below)
    {
        string source = HostFolder();
        Mounted(source, $"mount --bind {source} {source} && mount --make-shared {source} && mkdir -p {source}/below");
        Mounted($"{source}/below", $"mount -t tmpfs tmpfs {source}/below");
        Bundle bundle = WithMount("bind", source, ["rbind", .. options.Split(',')]);

        JsonArray mounts = Report(bundle, "mounts")["mounts"]!.AsArray();

        Kinds(mounts, "/mnt").Should().Be(top);
        Kinds(mounts, "/mnt/below").Should().Be(below);
    }

    // No mount of a container may be seen on the host at any moment: the kernel wakes whoever polls the table of mounts when it changes.
    [HostTheory]
    [InlineData("slave")]
    [InlineData("private")]
    [InlineData("shared")]
    [InlineData("unbindable")]
    public void Host_WhileContainersAreMade_SeesNoMount(string propagation)
    {
        Bundle bundle = WithMount("bind", HostFolder(), "rbind", "rshared");
        bundle.AddMount("/opt/tmpfs", "tmpfs", "tmpfs", "tmpcopyup", "ro");
        bundle.AddMount("/opt/mapped", "bind", HostFolder(), "bind");
        JsonObject mapped = bundle.Mounts[^1]!.AsObject();
        mapped["uidMappings"] = Map((0, HostId, 10));
        mapped["gidMappings"] = Map((0, HostId, 10));
        bundle.Linux["rootfsPropagation"] = propagation;
        _ = bundle.Save().Args("true");
        using Descriptor table = Descriptor.Open("/proc/self/mountinfo", 0);

        for (int i = 0; i < 5; i++)
        {
            _ = OutputOf(bundle);
        }

        table.HasChanged().Should().BeFalse("no mount may appear, or disappear");
        string folder = HostFolder("proof");
        Sh($"mount -t tmpfs tmpfs {folder} && umount {folder}");
        table.HasChanged().Should().BeTrue("a mount that came and went shows");
    }

    private static string Kinds(JsonArray mounts, string target) =>
        string.Join(' ', Words(mounts.Last(m => m!["target"]!.GetValue<string>() == target)!, "propagation").Select(p => p.Split(':')[0]));
}
