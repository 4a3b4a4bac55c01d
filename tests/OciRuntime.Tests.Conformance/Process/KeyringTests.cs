// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;

namespace OciRuntime.Tests.Conformance.Process;

/// <summary>The session keyring, as /proc/keys shows it: serial, flags, uses, expiry, permissions, owner, group, type, description.</summary>
public sealed class KeyringTests : ContainerTest
{
    // Its possessor may do all with it; its user view, read, link, and with runc's addition search.
    [HostFact]
    public void Keyring_Container_HasOneOfItsOwn()
    {
        using Container container = RunDetached(NewBundle("/guest", "sleep").With(Unmask));

        string[] key = Keys(container.Id, KeysSeenIn(container)).Should().ContainSingle().Which.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        key[4].Should().Be("3f1b0000");
        key[5].Should().Be("0");
    }

    [HostFact]
    public void Keyring_UserNamespace_MayBeSearchedByOthers()
    {
        Bundle bundle = NewBundle("/guest", "sleep").With(b =>
        {
            Unmask(b);
            b.Linux["namespaces"]!.AsArray().Add(new JsonObject { ["type"] = "user" });
            foreach (string map in (string[])["uidMappings", "gidMappings"])
            {
                b.Linux[map] = new JsonArray(new JsonObject { ["containerID"] = 0, ["hostID"] = 100_000, ["size"] = 65536 });
            }
        });
        for (string? folder = bundle.Rootfs; folder is not null && folder != "/tmp" && folder != "/"; folder = Path.GetDirectoryName(folder))
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0x1ED /* 0755 */);
        }

        using Container container = RunDetached(bundle);

        Keys(container.Id, KeysSeenIn(container)).Should().ContainSingle().Which.Should().Contain(" 3f1b0008 ");
    }

    // Of another with that name there would be two.
    [HostFact]
    public void Keyring_Exec_IsTheContainers()
    {
        using Container container = RunDetached(NewBundle("/guest", "sleep").With(Unmask));
        string before = Keys(container.Id, KeysSeenIn(container)).Single().Split(' ')[0];

        string[] keys = Keys(container.Id, KeysSeenIn(container));

        keys.Should().ContainSingle().Which.Split(' ')[0].Should().Be(before);
    }

    [HostFact]
    public void Keyring_NotWanted_IsNotMade()
    {
        using Container container = RunDetached(NewBundle("/guest", "sleep").With(Unmask), "--no-new-keyring");

        Keys(container.Id, KeysSeenIn(container)).Should().BeEmpty();
    }

    private static void Unmask(Bundle bundle) => bundle.Linux["maskedPaths"] = new JsonArray();

    private string KeysSeenIn(Container container) => Ocirun.Succeed("exec", container.Id, "cat", "/proc/keys").Output;

    private static string[] Keys(string id, string keys) =>
        [.. keys.Split('\n').Where(k => k.Contains($" _ses.{id}:", StringComparison.Ordinal))];
}
