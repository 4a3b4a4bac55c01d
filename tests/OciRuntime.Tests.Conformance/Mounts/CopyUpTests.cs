// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Text;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>The option tmpcopyup.</summary>
public sealed class CopyUpTests : MountTest
{
    [HostFact]
    public void Content_IsCopied_AndTheImagesStays()
    {
        Bundle bundle = CopyingUp("mkdir -p a/b && echo one >file && echo two >a/b/file && : >empty && dd if=/dev/zero of=big bs=1k count=200 2>/dev/null && ln -s /etc link");

        OutputOf(bundle.Shell("cd /mnt && cat file a/b/file empty && stat -c %s big && readlink link && echo new >>file && rm -r a && ls"))
            .Should().Be("one\ntwo\n204800\n/etc\nbig\nempty\nfile\nlink\n");
        Sh($"cat {bundle.Rootfs}/mnt/file {bundle.Rootfs}/mnt/a/b/file").Should().Be("one\ntwo\n");
    }

    [HostFact]
    public void ModesOwnersAndTimes_AreTheImages()
    {
        Bundle bundle = CopyingUp(
            "mkdir d && echo x >d/f && ln -s f d/l && mkfifo p && chown -h 3:4 d d/f d/l p && chmod 4751 d/f && chmod 3705 d && chmod 640 p && touch -hd @1000000000.5 d/l d/f p && touch -d @1100000000 d");

        OutputOf(bundle.Shell("cd /mnt; stat -c '%n %F %a %u:%g %Y' d d/f d/l p")).Should().Be(
            "d directory 3705 3:4 1100000000\nd/f regular file 4751 3:4 1000000000\nd/l symbolic link 777 3:4 1000000000\np fifo 640 3:4 1000000000\n");
    }

    [HostFact]
    public void LinkedFiles_AreOneFile() =>
        OutputOf(CopyingUp("mkdir d && echo x >one && ln one d/two").Shell("cd /mnt && stat -c %h one && echo y >>one && cat d/two")).Should().Be("2\nx\ny\n");

    [HostFact]
    public void ExtendedAttributes_AreCopied()
    {
        Bundle bundle = CopyingUp("mkdir d && echo x >d/file");
        foreach (string name in (string[])["d", "d/file"])
        {
            _ = Native.Check(Native.SetAttribute(Path.Combine(bundle.Rootfs, "mnt", name), "trusted.test", "value"u8.ToArray(), 5, 0), "setxattr");
        }

        using Container container = RunDetached(bundle.Args("/guest", "sleep"));

        foreach (string name in (string[])["d", "d/file"])
        {
            byte[] value = new byte[16];
            nint length = Native.GetAttribute($"/proc/{container.Pid}/root/mnt/{name}", "trusted.test", value, 16);
            Encoding.ASCII.GetString(value, 0, (int)Native.Check(length, "getxattr")).Should().Be("value");
        }
    }

    // Absolute, upwards, in a circle: what is copied is the link.
    [HostFact]
    public void Links_AreNeverFollowed()
    {
        string secret = Path.Combine(HostFolder(), "file");
        Bundle bundle = CopyingUp($"ln -s {secret} absolute && ln -s ../../../../../../../../../etc/passwd up && ln -s loop loop && ln -s / root");

        OutputOf(bundle.Shell($"cd /mnt; for l in *; do readlink $l; done; cat {secret} 2>/dev/null || echo nothing"))
            .Should().Be($"{secret}\nloop\n/\n../../../../../../../../../etc/passwd\nnothing\n");
    }

    [HostFact]
    public void ReadOnly_IsSetAfterwards()
    {
        Bundle bundle = CopyingUp("echo x >file", "ro");

        OutputOf(bundle.Shell("cat /mnt/file; touch /mnt/new 2>/dev/null || echo refused")).Should().Be("x\nrefused\n");
        Words(MountAt(bundle)).Should().Contain("ro");
    }

    // What is mounted there is not the image's.
    [HostFact]
    public void EarlierMountBelow_IsNotEntered()
    {
        Bundle bundle = NewBundle();
        Sh($"cd {bundle.Rootfs} && mkdir -p mnt/inner && echo x >mnt/file && echo y >mnt/inner/file");
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/mnt/inner", "bind", HostFolder(), "bind");
        bundle.AddMount("/mnt", "tmpfs", "tmpfs", "tmpcopyup");

        OutputOf(bundle.Save().Shell("cat /mnt/file; ls /mnt/inner | wc -l")).Should().Be("x\n0\n");
    }

    [HostFact]
    public void Destination_Missing_IsEmpty()
    {
        Bundle bundle = NewBundle();
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/srv/new", "tmpfs", "tmpfs", "tmpcopyup");

        OutputOf(bundle.Save().Shell("ls /srv/new | wc -l")).Should().Be("0\n");
    }

    [HostFact]
    public void InAUserNamespace_OwnersAreItsIds()
    {
        Bundle bundle = CopyingUp("echo x >file && chmod 600 file");

        OutputOf(InUserNamespace(bundle).Shell("stat -c '%a %u:%g' /mnt/file && cat /mnt/file")).Should().Be("600 0:0\nx\n");
    }

    [HostFact]
    public void TooLittleSpace_FailsAndSaysWhat()
    {
        Bundle bundle = CopyingUp("mkdir a && dd if=/dev/zero of=a/big bs=1k count=100 2>/dev/null", "size=16k");

        Error(bundle).Should().Contain("tmpcopyup").And.Contain("ENOSPC");
    }

    // A bundle whose image has at /mnt what the script makes.
    private Bundle CopyingUp(string script, params string[] options)
    {
        Bundle bundle = WithMount("tmpfs", "tmpfs", ["tmpcopyup", .. options]);
        Sh($"cd {bundle.Rootfs}/mnt && {script}");
        return bundle;
    }
}
