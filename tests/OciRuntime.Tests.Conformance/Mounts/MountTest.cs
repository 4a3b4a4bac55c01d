// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>What tests of mounts have in common: folders of the host to be bound, and containers with user namespaces.</summary>
public abstract class MountTest : ContainerTest
{
    /// <summary>Outside, of the root of the user namespaces here; they map 65,536 ids.</summary>
    private protected const int HostId = 100_000;

    /// <summary>A folder of the host with a <c>file</c> in it.</summary>
    private protected string HostFolder(string name = "host")
    {
        string folder = Path.Combine(Folder, name);
        _ = Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "file"), "content\n");
        return folder;
    }

    /// <summary>A tmpfs on the host with these options, gone after the test.</summary>
    private protected string HostTmpfs(string options, string name = "host")
    {
        string folder = HostFolder(name);
        Mounted(folder, $"mount -t tmpfs -o rw tmpfs {folder}");
        File.WriteAllText(Path.Combine(folder, "file"), "content\n");
        Sh($"mount --bind -o remount,strictatime {folder} && mount --bind -o remount,{options} {folder}");
        return folder;
    }

    /// <summary>Runs what mounts something on the folder of the host; it is taken off after the test.</summary>
    private protected void Mounted(string folder, string command)
    {
        Sh(command);
        _ = Own(new HostMount(this, folder));
    }

    /// <summary>A bundle with an empty folder /mnt, a root that can be written, and one mount on it.</summary>
    private protected Bundle WithMount(string type, string source, params string[] options)
    {
        Bundle bundle = NewBundle();
        _ = Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "mnt"));
        bundle.Config["root"]!["readonly"] = false;
        bundle.AddMount("/mnt", type, source, options);
        return bundle.Save();
    }

    /// <summary>Gives it a user namespace, and the root to that namespace's root.</summary>
    private protected Bundle InUserNamespace(Bundle bundle)
    {
        bundle.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" });
        bundle.Linux["uidMappings"] = Map((0, HostId, 65536));
        bundle.Linux["gidMappings"] = Map((0, HostId, 65536));
        Sh($"find {bundle.Rootfs} -links 1 -exec chown -h {HostId}:{HostId} {{}} + -o -type d -exec chown {HostId}:{HostId} {{}} +");
        return bundle.Save();
    }

    private protected static JsonArray Map(params (int Container, int Host, int Size)[] lines) =>
        new([.. lines.Select(l => new JsonObject { ["containerID"] = l.Container, ["hostID"] = l.Host, ["size"] = l.Size })]);

    /// <summary>The last mount at that place, as the container sees it.</summary>
    private protected JsonNode MountAt(Bundle bundle, string target = "/mnt") =>
        Report(bundle, "mounts")["mounts"]!.AsArray().Last(m => m!["target"]!.GetValue<string>() == target)!;

    private protected static string[] Words(JsonNode mount, string member = "options") =>
        [.. mount[member]!.AsArray().Select(o => o!.GetValue<string>())];

    /// <summary>Of a run that must fail.</summary>
    private protected string Error(Bundle bundle)
    {
        string error = Ocirun.Fail("run", "--bundle", bundle.Folder, NewId()).Error;
        if (Directory.Exists(Ocirun.Root))
        {
            Directory.GetFileSystemEntries(Ocirun.Root).Should().BeEmpty("a container that could not be made leaves no state");
        }

        return error;
    }

    /// <summary>Runs a shell on the host.</summary>
    private protected string Sh(string script)
    {
        using ChildProcess shell = ChildProcess.Start(new Launch("/bin/sh", ["-ec", script]) { Environment = Ocirun.Environment });
        Outcome outcome = shell.Wait();
        outcome.Status.Should().Be(0, "{0}: {1}", script, outcome);
        return outcome.Output;
    }

    private sealed class HostMount(MountTest test, string folder) : System.IDisposable
    {
        public void Dispose() => test.Sh($"umount {folder}");
    }
}
