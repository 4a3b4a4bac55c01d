// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>New file systems of each type, with options of their own.</summary>
public sealed class FileSystemTests : MountTest
{
    [HostFact]
    public void Overlay_JoinsFolders_AndWritesToTheUpper()
    {
        string top = Path.Combine(Folder, "layers");
        Sh($"mkdir -p {top}/low1 {top}/low2 {top}/up {top}/work && echo one >{top}/low1/a && echo two >{top}/low2/a && echo three >{top}/low2/b");
        Mounted(top, $"mount -t tmpfs tmpfs {top} && mkdir -p {top}/low1 {top}/low2 {top}/up {top}/work && echo one >{top}/low1/a && echo two >{top}/low2/a && echo three >{top}/low2/b");
        Bundle bundle = WithMount("overlay", "overlay", $"lowerdir={top}/low1:{top}/low2", $"upperdir={top}/up", $"workdir={top}/work");

        OutputOf(bundle.Shell("cat /mnt/a /mnt/b; echo new >/mnt/c")).Should().Be("one\nthree\n");
        Sh($"cat {top}/up/c").Should().Be("new\n");
    }

    [HostFact]
    public void Overlay_WithoutUpper_IsReadOnly()
    {
        string top = Path.Combine(Folder, "layers");
        Sh($"mkdir -p {top}/low1 {top}/low2 && echo one >{top}/low1/a");

        OutputOf(WithMount("overlay", "overlay", $"lowerdir={top}/low1:{top}/low2").Shell("cat /mnt/a; touch /mnt/b 2>/dev/null || echo refused")).Should().Be("one\nrefused\n");
    }

    [HostFact]
    public void Tmpfs_EveryOptionInOneWord_IsTaken()
    {
        Bundle bundle = WithMount("tmpfs", "somewhere", "nosuid,noexec", "size=64k,mode=1750,uid=7", "gid=8");

        // A word that holds several options is not known as one, and goes to the file system, which knows neither of the first.
        Error(bundle).Should().Contain("/mounts/7").And.Contain("nosuid");
    }

    [HostFact]
    public void Tmpfs_Data_IsTaken()
    {
        Bundle bundle = WithMount("tmpfs", "somewhere", "nosuid", "size=64k,mode=1750,uid=7", "gid=8", "nr_inodes=10");

        OutputOf(bundle.Shell("stat -c '%a %u:%g' /mnt; grep -o '^somewhere /mnt tmpfs' /proc/self/mounts")).Should().Be("1750 7:8\nsomewhere /mnt tmpfs\n");
        Words(MountAt(bundle), "superOptions").Should().Contain(["size=64k", "nr_inodes=10", "mode=1750", "uid=7", "gid=8"]);
    }

    [HostTheory]
    [InlineData("710", "", "710")]
    [InlineData("710", "mode=1500", "1500")]
    [InlineData("", "", "1777")]
    public void Tmpfs_Mode_IsTheImagesUnlessGiven(string image, string option, string seen)
    {
        Bundle bundle = NewShell("stat -c %a /srv/t");
        Sh(image.Length == 0 ? ":" : $"mkdir -p {bundle.Rootfs}/srv/t && chmod {image} {bundle.Rootfs}/srv/t");
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/srv/t", "tmpfs", "tmpfs", [.. new[] { option }.Where(o => o.Length > 0)]);

        OutputOf(bundle.Save()).Should().Be(seen + "\n");
    }

    [HostTheory]
    [InlineData("ro")]
    [InlineData("rro")]
    public void Tmpfs_ReadOnly_IsOfTheMount(string option) =>
        OutputOf(WithMount("tmpfs", "tmpfs", option).Shell("touch /mnt/x 2>&1 | sed 's/.*: //'")).Should().Be("Read-only file system\n");

    [HostFact]
    public void Mqueue_IsOfTheIpcNamespace()
    {
        Bundle bundle = WithMount("mqueue", "mqueue", "nosuid", "noexec", "nodev");

        OutputOf(bundle.Shell("ls /mnt | wc -l; touch /mnt/queue && cat /mnt/queue | cut -d: -f1")).Should().Be("0\nQSIZE\n");
    }

    [HostFact]
    public void Devpts_IsNew_WithItsOptions()
    {
        Bundle bundle = WithMount("devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0640", "mode=0604", "gid=5");

        OutputOf(bundle.Shell("stat -c %a /mnt/ptmx; exec 3<>/mnt/ptmx; ls /mnt; stat -c '%a %g' /mnt/0")).Should().Be("640\n0\nptmx\n604 5\n");
    }

    [HostFact]
    public void Sysfs_ReadOnly_DoesNotMakeTheHostsSo()
    {
        string before = Sh("grep ' /sys sysfs' /proc/self/mounts");

        OutputOf(NewShell("touch /sys/kernel/x 2>&1 | sed 's/.*: //'")).Should().Be("Read-only file system\n");

        Sh("grep ' /sys sysfs' /proc/self/mounts").Should().Be(before);
    }

    [HostTheory]
    [InlineData("hidepid=2", "hidepid=invisible")]
    [InlineData("subset=pid", "subset=pid")]
    public void Proc_Options_AreTaken(string option, string seen)
    {
        Bundle bundle = NewBundle();
        bundle.Mounts.First(m => m!["destination"]!.GetValue<string>() == "/proc")!["options"] = Bundle.Array("nosuid", option);
        bundle.Linux["maskedPaths"] = new JsonArray();
        bundle.Linux["readonlyPaths"] = new JsonArray();

        Words(MountAt(bundle.Save(), "/proc"), "superOptions").Should().Contain(seen);
    }

    // Containers that share the host's PID namespace bind its /proc.
    [HostFact]
    public void Proc_OfTheHost_CanBeBound()
    {
        Bundle bundle = NewShell("[ -d /proc/self ] && echo there");
        JsonNode proc = bundle.Mounts.First(m => m!["destination"]!.GetValue<string>() == "/proc")!;
        proc["type"] = "bind";
        proc["source"] = "/proc";
        proc["options"] = Bundle.Array("rbind");
        bundle.RemoveNamespace("pid");

        OutputOf(bundle.Save()).Should().Be("there\n");
    }

    [HostFact]
    public void Remount_ChangesOnlyWhatIsNamed()
    {
        Bundle bundle = WithMount("tmpfs", "tmpfs", "nosuid", "noexec", "size=64k");
        bundle.AddMount("/mnt", "tmpfs", "tmpfs", "remount", "nodev", "size=128k");
        bundle.AddMount("/mnt", "none", "none", "bind", "remount", "ro");

        JsonNode mount = MountAt(bundle.Save());

        Words(mount).Should().Contain(["ro", "nosuid", "nodev", "noexec"]);
        Words(mount, "superOptions").Should().Contain(["size=128k", "rw"]);
    }

    // linux.mountLabel without SELinux: the kernel refuses the option, as it does with runc.
    [HostFact]
    public void MountLabel_KernelWithoutSelinux_IsRefusedByTheKernel()
    {
        if (Directory.Exists("/sys/fs/selinux"))
        {
            return;
        }

        Bundle bundle = NewBundle("true").With(b => b.Linux["mountLabel"] = "system_u:object_r:svirt_sandbox_file_t:s0:c715,c811");

        Error(bundle).Should().Contain("context=system_u:object_r:svirt_sandbox_file_t:s0:c715,c811").And.Contain("EINVAL").And.Contain("/mounts/1");
    }
}
