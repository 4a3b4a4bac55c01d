// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Net.Sockets;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>What is bound, and where from.</summary>
public sealed class BindSourceTests : MountTest
{
    // Only the host's root gets through the folder above it.
    [HostTheory]
    [InlineData("bind")]
    [InlineData("rbind")]
    public void Source_BeyondTheIdsOfTheNamespace_IsBound(string option)
    {
        Bundle bundle = InUserNamespace(WithMount("bind", PrivateSource(), option, "ro"));

        OutputOf(bundle.Shell("cat /mnt/file; touch /mnt/new 2>/dev/null || echo refused")).Should().Be("content\nrefused\n");
    }

    [HostFact]
    public void Source_BeyondTheIdsOfTheNamespace_IsAFile()
    {
        string file = Path.Combine(PrivateSource(), "file");
        Bundle bundle = NewBundle();
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/opt/new/file", "bind", file, "bind");

        OutputOf(InUserNamespace(bundle).Shell("cat /opt/new/file")).Should().Be("content\n");
    }

    // Though the host's root opens it, what is locked stays locked.
    [HostFact]
    public void Source_BeyondTheIdsOfTheNamespace_KeepsLockedAttributes()
    {
        string above = PrivateSource();
        string folder = HostTmpfs("ro,nosuid", Path.Combine(above, "mounted"));

        Words(MountAt(InUserNamespace(WithMount("bind", folder, "bind", "nodev")))).Should().Contain(["ro", "nosuid", "nodev"]);
        Error(InUserNamespace(WithMount("bind", folder, "bind", "rw"))).Should().Contain("may not clear: ro");
    }

    [HostFact]
    public void Source_BeyondTheIdsOfAJoinedNamespace_IsBound()
    {
        using Container owner = RunDetached(InUserNamespace(NewBundle("/guest", "sleep")));
        Bundle bundle = InUserNamespace(WithMount("bind", PrivateSource(), "bind"));
        bundle.Linux["namespaces"]!.AsArray().Last()!["path"] = $"/proc/{owner.Pid}/ns/user";

        OutputOf(bundle.Save().Shell("cat /mnt/file")).Should().Be("content\n");
    }

    [HostFact]
    public void Source_IsALink_ItsTargetIsBound()
    {
        string link = Path.Combine(Folder, "link");
        _ = File.CreateSymbolicLink(link, HostFolder());

        OutputOf(WithMount("bind", link, "bind").Shell("cat /mnt/file")).Should().Be("content\n");
    }

    [HostFact]
    public void Source_RelativeThroughTheParent_IsTakenFromTheBundle()
    {
        _ = HostFolder();

        OutputOf(WithMount("bind", "../host/./", "bind").Shell("cat /mnt/file")).Should().Be("content\n");
    }

    [HostTheory]
    [InlineData("mkfifo s", "fifo")]
    [InlineData("mknod s c 1 5", "character special file")]
    [InlineData("mknod s b 7 200", "block special file")]
    [InlineData("ln -s s l; echo >s", "regular file")]
    public void Source_IsNoFolder_IsBoundOnANewFile(string make, string type)
    {
        Sh($"cd {Folder} && {make}");
        Bundle bundle = NewBundle();
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/opt/new", "bind", Path.Combine(Folder, "s"), "bind");

        OutputOf(bundle.Save().Shell("stat -c %F /opt/new")).TrimEnd().Should().Be(type);
        Sh($"stat -c '%F %a' {bundle.Rootfs}/opt/new").Should().Be("regular empty file 644\n");
    }

    [HostFact]
    public void Source_IsASocket_CanBeConnectedTo()
    {
        string path = Path.Combine(Folder, "socket");
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        Bundle bundle = NewBundle();
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/opt/new", "bind", path, "bind");

        OutputOf(bundle.Save().Shell("stat -c %F /opt/new")).Should().Be("socket\n");
    }

    [HostTheory]
    [InlineData("file", "opt")]
    [InlineData("", "etc/passwd")]
    public void Source_OfAnotherKindThanTheDestination_IsRefused(string source, string destination)
    {
        Bundle bundle = NewBundle();
        bundle.AddMount($"/{destination}", "bind", Path.Combine(HostFolder(), source), "bind");

        Error(bundle.Save()).Should().Contain("/mounts/7").And.Contain("ENOTDIR");
    }

    [HostFact]
    public void Source_IsAnEarlierMountOfTheContainer()
    {
        Bundle bundle = WithMount("tmpfs", "tmpfs");
        bundle.AddMount("/mnt/inner", "bind", HostFolder(), "bind");
        bundle.AddMount("/opt/whole", "bind", Path.Combine(bundle.Rootfs, "mnt"), "rbind");

        OutputOf(bundle.Save().Shell("cat /opt/whole/inner/file")).Should().Be("content\n");
    }

    [HostTheory]
    [InlineData("bind", "0\n")]
    [InlineData("rbind", "1\n")]
    public void MountsBelowTheSource_ComeByRbindAlone(string option, string seen)
    {
        string source = HostFolder();
        string below = Directory.CreateDirectory(Path.Combine(source, "below")).FullName;
        Mounted(below, $"mount -t tmpfs tmpfs {below} && touch {below}/file");

        OutputOf(WithMount("bind", source, option).Shell("ls /mnt/below | wc -l")).Should().Be(seen);
    }

    [HostFact]
    public void ThousandMounts_AreAllMade()
    {
        Bundle bundle = NewShell("grep -c ' /opt/m/' /proc/self/mounts; ls /opt/m | wc -l; cat /opt/m/999/file");
        bundle.Config["root"]!["readonly"] = false;
        string source = HostFolder();
        for (int i = 0; i < 1000; i++)
        {
            bundle.AddMount($"/opt/m/{i}", "bind", source, "bind", "ro", "nosuid");
        }

        OutputOf(bundle.Save()).Should().Be("1000\n1000\ncontent\n");
    }

    private string PrivateSource()
    {
        string above = Path.Combine(Folder, "private");
        string folder = HostFolder("private/source");
        Sh($"chmod 700 {above}");
        return folder;
    }
}
