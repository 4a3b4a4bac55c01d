// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>Id-mapped binds. The kernel maps an id of the source to one of the host; a user namespace then shows it as its own.</summary>
public sealed class IdMapTests : MountTest
{
    private const string Owners = "for f in /mnt/*; do stat -c %u:%g $f; done";

    [HostTheory]
    [InlineData(false, "101000:102000\n101001:102001\n65534:65534\n")]
    [InlineData(true, "1000:2000\n1001:2001\n65534:65534\n")]
    public void OwnMaps_OtherThanTheContainers_MapOwners(bool inUserNamespace, string seen)
    {
        Bundle bundle = Mapped(Source("0:0", "1:1", "5:5"), Map((0, 101_000, 2)), Map((0, 102_000, 2)), "bind");

        OutputOf(Container(bundle, inUserNamespace).Shell(Owners)).Should().Be(seen);
    }

    [HostFact]
    public void OwnMaps_OfManyLines_AllCount()
    {
        string source = Source("7:7", "8:9", "1000:2000");
        JsonArray uids = Map((7, 1, 1), (8, 3000, 1), (1000, 500_000, 1000));
        JsonArray gids = Map([.. Enumerable.Range(0, 300).Select(i => (i, 10_000 + (2 * i), 1)), (2000, 77, 1)]);

        OutputOf(Mapped(source, uids, gids, "bind").Shell(Owners)).Should().Be("1:10014\n3000:10018\n500000:77\n");
    }

    // Two maps, three mounts: the second and third share one, and each shows its own.
    [HostTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void SeveralMounts_EachHasItsMap(bool inUserNamespace)
    {
        string source = Source("0:0");
        int shift = inUserNamespace ? HostId : 0;
        Bundle bundle = Mapped(source, Map((0, HostId + 10, 1)), Map((0, HostId + 20, 1)), "bind");
        AddMapped(bundle, "/opt/second", source, Map((0, HostId + 30, 1)), Map((0, HostId + 40, 1)), "bind");
        AddMapped(bundle, "/opt/third", source, Map((0, HostId + 30, 1)), Map((0, HostId + 40, 1)), "bind", "ro");
        bundle.AddMount("/opt/plain", "bind", source, "bind");

        OutputOf(Container(bundle, inUserNamespace).Shell("stat -c %u:%g /mnt/0 /opt/second/0 /opt/third/0 /opt/plain/0"))
            .Should().Be($"{HostId - shift + 10}:{HostId - shift + 20}\n{HostId - shift + 30}:{HostId - shift + 40}\n{HostId - shift + 30}:{HostId - shift + 40}\n"
                + (inUserNamespace ? "65534:65534\n" : "0:0\n"));
    }

    [HostTheory]
    [InlineData("idmap")]
    [InlineData("ridmap")]
    public void NoMaps_InAUserNamespace_TakesTheContainers(string option)
    {
        Bundle bundle = InUserNamespace(WithMount("bind", Source("0:0", "7:8"), "rbind", option));

        OutputOf(bundle.Shell(Owners)).Should().Be("0:0\n7:8\n");
    }

    [HostFact]
    public void NoMaps_InAJoinedUserNamespace_TakesThatOnes()
    {
        using Container owner = RunDetached(InUserNamespace(NewBundle("/guest", "sleep")));
        Bundle bundle = InUserNamespace(WithMount("bind", Source("0:0", "7:8"), "bind", "idmap"));
        JsonNode user = bundle.Linux["namespaces"]!.AsArray().Last()!;
        user["path"] = $"/proc/{owner.Pid}/ns/user";
        _ = bundle.Linux.Remove("uidMappings");
        _ = bundle.Linux.Remove("gidMappings");

        OutputOf(bundle.Save().Shell(Owners)).Should().Be("0:0\n7:8\n");
    }

    [HostTheory]
    [InlineData("idmap", "0:0\n65534:65534\n")]
    [InlineData("ridmap", "0:0\n0:0\n")]
    public void MountsBelow_AreMappedByTheRecursiveOptionAlone(string option, string seen)
    {
        string source = Source("0:0");
        string below = Directory.CreateDirectory(Path.Combine(source, "below")).FullName;
        Mounted(below, $"mount -t tmpfs tmpfs {below} && touch {below}/0");

        OutputOf(InUserNamespace(WithMount("bind", source, "rbind", option)).Shell("stat -c %u:%g /mnt/0 /mnt/below/0")).Should().Be(seen);
    }

    [HostFact]
    public void Write_MappedId_IsTheSourcesOnTheHost()
    {
        string source = Source("0:0");

        Bundle bundle = InUserNamespace(WithMount("bind", source, "bind", "idmap"));
        bundle.SetCapabilities("CAP_CHOWN");

        _ = OutputOf(bundle.Shell("touch /mnt/new && chown 5:6 /mnt/new"));

        Sh($"stat -c %u:%g {source}/new").Should().Be("5:6\n");
    }

    [HostFact]
    public void Write_IdWithoutMap_IsRefused() =>
        Run(Mapped(Source("0:0"), Map((0, HostId, 1)), Map((0, HostId, 1)), "bind").Shell("touch /mnt/new"))
            .Error.Should().Contain("Value too large for defined data type");

    // In the mount namespace of the container and at its turn: the source is an earlier mount.
    [HostTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Source_IsAnEarlierMount(bool inUserNamespace)
    {
        Bundle bundle = WithMount("bind", Source("3:4"), "bind");
        AddMapped(bundle, "/opt/mapped", Path.Combine(bundle.Rootfs, "mnt"), Map((3, HostId + 1, 2)), Map((4, HostId + 2, 1)), "bind");
        int shift = inUserNamespace ? HostId : 0;

        OutputOf(Container(bundle, inUserNamespace).Shell("stat -c %u:%g /opt/mapped/0")).Should().Be($"{HostId + 1 - shift}:{HostId + 2 - shift}\n");
    }

    [HostFact]
    public void Attributes_AndPropagation_AreSetToo()
    {
        Bundle bundle = Mapped(Source("0:0"), Map((0, HostId, 10)), Map((0, HostId, 10)), "bind", "ro", "nosuid", "noexec", "shared");

        JsonNode mount = MountAt(bundle);

        Words(mount).Should().Contain(["ro", "nosuid", "noexec", "idmapped"]).And.NotContain("nodev");
        Words(mount, "propagation").Should().ContainSingle(p => p.StartsWith("shared", System.StringComparison.Ordinal));
    }

    // Each needs descriptors of the runtime for a moment only.
    [HostFact]
    public void ManyMounts_FewDescriptors_AreAllMade()
    {
        Bundle bundle = NewShell("ls /opt | wc -l");
        bundle.Config["root"]!["readonly"] = false;
        _ = bundle.Process.Remove("rlimits");
        string source = Source("0:0");
        for (int i = 0; i < 40; i++)
        {
            AddMapped(bundle, $"/opt/{i}", source, Map((0, HostId, 10)), Map((0, HostId, 10)), "bind");
        }

        using ChildProcess run = Ocirun.StartUnder(["sh", "-c", "ulimit -n 24; exec \"$@\"", "sh"], "run", "--bundle", bundle.Save().Folder, NewId());

        run.Wait().Output.Should().Be("40\n");
    }

    [HostFact]
    public void FileSystem_WithoutSupport_SaysSo()
    {
        Bundle bundle = Mapped("/proc/sys", Map((0, HostId, 10)), Map((0, HostId, 10)), "bind");

        Error(bundle).Should().Contain("/mounts/").And.Contain("MOUNT_ATTR_IDMAP").And.Contain("may not support id-mapped mounts").And.Contain("EINVAL");
    }

    private Bundle Container(Bundle bundle, bool inUserNamespace) => inUserNamespace ? InUserNamespace(bundle) : bundle.Save();

    private Bundle Mapped(string source, JsonArray uids, JsonArray gids, params string[] options)
    {
        Bundle bundle = WithMount("bind", source, options);
        JsonObject mount = bundle.Mounts[^1]!.AsObject();
        mount["uidMappings"] = uids;
        mount["gidMappings"] = gids;
        return bundle.Save();
    }

    private static void AddMapped(Bundle bundle, string destination, string source, JsonArray uids, JsonArray gids, params string[] options)
    {
        bundle.AddMount(destination, "bind", source, options);
        JsonObject mount = bundle.Mounts[^1]!.AsObject();
        mount["uidMappings"] = uids;
        mount["gidMappings"] = gids;
    }

    // Files 0, 1 and so on, of these owners.
    private string Source(params string[] owners)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, "source")).FullName;
        for (int i = 0; i < owners.Length; i++)
        {
            Sh($"touch {folder}/{i} && chown {owners[i]} {folder}/{i}");
        }

        return folder;
    }
}
