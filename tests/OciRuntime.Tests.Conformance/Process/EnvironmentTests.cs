// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Process;

/// <summary>env, cwd, args, and how args[0] is found.</summary>
public sealed class EnvironmentTests : ContainerTest
{
    [HostFact]
    public void Env_Given_IsThatAndHome()
    {
        Bundle bundle = NewBundle();
        string[] given = ["PATH=/bin", "A=1", "EMPTY=", "WITH=an=equals", Marker];
        bundle.Process["env"] = Bundle.Array(given);

        Env(bundle).Should().BeEquivalentTo([.. given, "HOME=/root"]);
    }

    [HostFact]
    public void Env_HomeGiven_IsKept()
    {
        Bundle bundle = NewBundle();
        bundle.Process["env"]!.AsArray().Add("HOME=/elsewhere");

        Env(bundle).Where(e => e.StartsWith("HOME=", System.StringComparison.Ordinal)).Should().Equal("HOME=/elsewhere");
    }

    // As with runc: an empty one is a missing one, whatever stood before it.
    [HostFact]
    public void Env_HomeEmpty_ComesFromTheContainersPasswdOnce()
    {
        Bundle bundle = NewBundle();
        bundle.Process["env"] = Bundle.Array("HOME=/first", "PATH=/bin", "HOME=", Marker);

        Env(bundle).Should().BeEquivalentTo(["PATH=/bin", Marker, "HOME=/root"]);
    }

    [HostFact]
    public void Env_OneNameTwice_IsThereOnceWithTheLastValue()
    {
        Bundle bundle = NewBundle();
        bundle.Process["env"] = Bundle.Array("PATH=/bin", "ONE=two", "LINE=a\nb", "ONE=", Marker);

        Env(bundle).Should().BeEquivalentTo(["PATH=/bin", "LINE=a\nb", "ONE=", Marker, "HOME=/root"]);
    }

    [HostTheory]
    [InlineData("NOTHING", "has no '='")]
    [InlineData("=value", "has no name")]
    public void Env_Invalid_IsRefused(string variable, string words)
    {
        Bundle bundle = NewBundle("true");
        bundle.Process["env"]!.AsArray().Insert(0, variable);

        Ocirun.Fail("create", "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain("/process/env/0").And.Contain(words);
        NothingIsLeft();
    }

    [HostTheory]
    [InlineData(1000, "HOME=/home/user")]
    [InlineData(4321, "HOME=/")]
    public void Env_HomeMissing_ComesFromTheContainersPasswd(int uid, string home)
    {
        Bundle bundle = NewBundle();
        bundle.Process["user"] = new JsonObject { ["uid"] = uid, ["gid"] = uid };

        Env(bundle).Should().Contain(home);
    }

    [HostFact]
    public void Env_NoPasswdFile_HomeIsTheRoot()
    {
        Bundle bundle = NewBundle();
        File.Delete(Path.Combine(bundle.Rootfs, "etc/passwd"));

        Env(bundle).Should().Contain("HOME=/");
    }

    [HostFact]
    public void Env_Callers_StaysOutside()
    {
        Bundle bundle = NewBundle("/guest", "report", "env");

        Outcome outcome = Ocirun.RunWith(l => l with { Environment = [.. l.Environment, "SECRET=1"] }, "run", "--bundle", bundle.Folder, NewId());

        outcome.Output.Should().NotContain("SECRET");
    }

    [HostTheory]
    [InlineData("/")]
    [InlineData("/tmp")]
    [InlineData("/usr/bin")]
    public void Cwd_Given_IsThat(string cwd)
    {
        Bundle bundle = NewBundle();
        bundle.Process["cwd"] = cwd;

        Report(bundle.Save(), "process")["process"]!["cwd"]!.GetValue<string>().Should().Be(cwd);
    }

    // As runc does; images rely on it.
    [HostFact]
    public void Cwd_Missing_IsMade()
    {
        Bundle bundle = NewBundle();
        bundle.Process["cwd"] = "/opt/new/folder";
        bundle.Config["root"]!["readonly"] = false;

        Report(bundle.Save(), "process")["process"]!["cwd"]!.GetValue<string>().Should().Be("/opt/new/folder");
    }

    [HostFact]
    public void Cwd_LinkOutOfTheRoot_StaysInside()
    {
        Bundle bundle = NewBundle("pwd", "-P");
        _ = File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "opt/link"), "../../../../../../tmp");
        bundle.Process["cwd"] = "/opt/link";

        OutputOf(bundle.Save()).Should().Be("/tmp\n");
    }

    [HostFact]
    public void Cwd_OnlyForTheUser_Works()
    {
        Bundle bundle = NewBundle("pwd");
        string folder = Path.Combine(bundle.Rootfs, "opt/private");
        _ = Directory.CreateDirectory(folder);
        _ = Native.Check(Native.ChangeOwner(folder, 1000, 1000), "chown");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        bundle.Process["cwd"] = "/opt/private";

        OutputOf(bundle.Save()).Should().Be("/opt/private\n");
    }

    [HostFact]
    public void Cwd_IsAFile_Fails()
    {
        Bundle bundle = NewBundle("true");
        bundle.Process["cwd"] = "/etc/passwd";

        _ = Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId());
        NothingIsLeft();
    }

    [HostFact]
    public void Args_ManyAndOdd_ArriveAsTheyAre()
    {
        string[] args = ["/guest", "report", "process", "", " ", "a b", "ü", "-x", "$HOME", "\"", new string('l', 100_000)];

        JsonArray seen = JsonNode.Parse(OutputOf(NewBundle(args)))!["process"]!["argv"]!.AsArray();

        // The guest reads /proc/self/cmdline and leaves out what is empty.
        seen.Select(a => a!.GetValue<string>()).Should().Equal(args.Where(a => a.Length > 0));
    }

    [HostFact]
    public void Args0_IsFoundInTheContainersPath()
    {
        Bundle bundle = NewBundle("tool");
        bundle.AddProgram("/opt/tool", "#!/bin/sh\necho $0\n");
        bundle.Process["env"] = Bundle.Array("PATH=/missing:/opt", Marker);

        OutputOf(bundle.Save()).Should().Be("/opt/tool\n");
    }

    [HostFact]
    public void Args0_FirstInPathIsNotExecutable_NextIsTaken()
    {
        Bundle bundle = NewBundle("tool");
        bundle.AddProgram("/opt/tool", "#!/bin/sh\necho wrong\n", 0x1A4 /* 0644 */);
        bundle.AddProgram("/usr/bin/tool", "#!/bin/sh\necho right\n");
        bundle.Process["env"] = Bundle.Array("PATH=/opt:/usr/bin", Marker);

        OutputOf(bundle.Save()).Should().Be("right\n");
    }

    [HostFact]
    public void Args0_FirstInPathIsAFolder_NextIsTaken()
    {
        Bundle bundle = NewBundle("tool");
        _ = Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "opt/tool"));
        bundle.AddProgram("/usr/bin/tool", "#!/bin/sh\necho right\n");
        bundle.Process["env"] = Bundle.Array("PATH=/opt:/usr/bin", Marker);

        OutputOf(bundle.Save()).Should().Be("right\n");
    }

    [HostFact]
    public void Args0_CallersPathHasIt_IsNotUsed()
    {
        Bundle bundle = NewBundle("dpkg");

        Ocirun.Fail("run", "--bundle", bundle.Folder, NewId()).Error.Should().Contain("executable file not found in $PATH");
    }

    [HostFact]
    public void Args0_RelativeWithASlash_IsTakenFromTheCwd()
    {
        Bundle bundle = NewBundle("./tool");
        bundle.AddProgram("/opt/tool", "#!/bin/sh\necho relative\n");
        bundle.Process["cwd"] = "/opt";

        OutputOf(bundle.Save()).Should().Be("relative\n");
    }

    private string[] Env(Bundle bundle) => [.. Report(bundle.Save(), "env")["env"]!.AsArray().Select(e => e!.GetValue<string>())];
}
