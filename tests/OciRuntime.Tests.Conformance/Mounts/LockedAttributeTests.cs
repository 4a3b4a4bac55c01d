// SPDX-License-Identifier: Apache-2.0
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Mounts;

/// <summary>A bind has the attributes that config.json gives; in a user namespace those of its source stay, too. mount_namespaces(7).</summary>
public sealed class LockedAttributeTests : MountTest
{
    // The attributes of the source, the options, and what is seen: without a user namespace, and in one. Null: refused.
    [HostTheory]
    [InlineData("ro,noexec,nodiratime,nosymfollow", "", "ro noexec nodiratime relatime nosymfollow", "ro noexec nodiratime relatime nosymfollow")]
    [InlineData("ro,noexec,nodiratime,nosymfollow", "dev", "nodiratime relatime", "ro noexec nodiratime relatime")]
    [InlineData("ro", "nosuid,nodev", "nosuid nodev", "ro nosuid nodev")]
    [InlineData("ro", "rw,nosuid", "nosuid", null)]
    [InlineData("nosuid,nodev,noexec", "ro", "ro", "ro nosuid nodev noexec")]
    [InlineData("nosuid,nodev", "exec", "", "nosuid nodev")]
    [InlineData("nosuid", "suid", "", null)]
    [InlineData("nodev", "dev", "", null)]
    [InlineData("noexec", "exec,ro", "ro", null)]
    [InlineData("nosymfollow", "symfollow", "", "")]
    [InlineData("noexec", "rro", "ro noexec", "ro noexec")]
    [InlineData("noexec", "rro,nosuid", "ro nosuid", "ro nosuid noexec")]
    public void Attributes_OfSourceAndOptions_AreJoined(string source, string options, string alone, string? inUserNamespace) =>
        Check(source, options, alone, inUserNamespace);

    // strictatime is what none of the words is.
    [HostTheory]
    [InlineData("noatime", "", "noatime", "noatime")]
    [InlineData("noatime", "ro", "ro noatime", "ro noatime")]
    [InlineData("noatime", "norelatime", "noatime", "noatime")]
    [InlineData("noatime", "atime", "noatime", "noatime")]
    [InlineData("noatime", "relatime", "relatime", null)]
    [InlineData("noatime", "strictatime", "", null)]
    [InlineData("noatime", "nodiratime", "nodiratime relatime", null)]
    [InlineData("noatime", "nodiratime,strictatime", "nodiratime", null)]
    [InlineData("relatime", "noatime", "noatime", null)]
    [InlineData("relatime", "relatime", "relatime", "relatime")]
    [InlineData("strictatime", "relatime", "relatime", null)]
    [InlineData("strictatime", "nostrictatime", "", "")]
    [InlineData("nodiratime", "diratime", "nodiratime relatime", "nodiratime relatime")]
    public void AccessTimes_OfSourceAndOptions_MatchOrAreRefused(string source, string options, string alone, string? inUserNamespace) =>
        Check(source, options, alone, inUserNamespace);

    [HostFact]
    public void Refusal_NamesTheAttributesAndTheMount()
    {
        Bundle bundle = InUserNamespace(WithMount("bind", HostTmpfs("ro,nosuid,noexec"), "bind", "rw", "suid", "dev"));

        Error(bundle).Should().Contain("/mounts/7").And.Contain("may not clear: ro, nosuid)").And.Contain("EPERM (operation not permitted)");
    }

    private void Check(string source, string options, string alone, string? inUserNamespace)
    {
        string folder = HostTmpfs(source);
        string[] all = ["rbind", .. options.Split(',').Where(o => o.Length > 0)];

        Seen(WithMount("bind", folder, all)).Should().BeEquivalentTo(Split(alone));
        Bundle bundle = InUserNamespace(WithMount("bind", folder, all));
        if (inUserNamespace is null)
        {
            Error(bundle).Should().Contain("may not clear").And.Contain("EPERM");
        }
        else
        {
            Seen(bundle).Should().BeEquivalentTo(Split(inUserNamespace));
        }
    }

    private string[] Seen(Bundle bundle) => [.. Words(MountAt(bundle)).Where(o => o != "rw")];

    private static string[] Split(string words) => words.Split(' ', System.StringSplitOptions.RemoveEmptyEntries);
}
