// SPDX-License-Identifier: Apache-2.0
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Process;

public sealed class LimitTests : ContainerTest
{
    [HostFact]
    public void Rlimits_DefaultConfig_LimitsOpenFiles()
    {
        JsonNode limit = Limits(NewBundle())["RLIMIT_NOFILE"]!;

        limit["soft"]!.GetValue<ulong>().Should().Be(1024);
        limit["hard"]!.GetValue<ulong>().Should().Be(1024);
    }

    // Lower than what any machine gives: raising a hard limit needs CAP_SYS_RESOURCE.
    [HostTheory]
    [InlineData("RLIMIT_AS", 1UL << 40, 1UL << 41)]
    [InlineData("RLIMIT_CORE", 0UL, 4096UL)]
    [InlineData("RLIMIT_CPU", 1000UL, 2000UL)]
    [InlineData("RLIMIT_DATA", 1UL << 40, 1UL << 41)]
    [InlineData("RLIMIT_FSIZE", 1UL << 20, 1UL << 21)]
    [InlineData("RLIMIT_LOCKS", 100UL, 200UL)]
    [InlineData("RLIMIT_MEMLOCK", 4096UL, 8192UL)]
    [InlineData("RLIMIT_MSGQUEUE", 1000UL, 2000UL)]
    [InlineData("RLIMIT_NICE", 0UL, 0UL)]
    [InlineData("RLIMIT_NOFILE", 100UL, 200UL)]
    [InlineData("RLIMIT_NPROC", 500UL, 1000UL)]
    [InlineData("RLIMIT_RSS", 1UL << 30, 1UL << 31)]
    [InlineData("RLIMIT_RTPRIO", 0UL, 0UL)]
    [InlineData("RLIMIT_RTTIME", 1000000UL, 2000000UL)]
    [InlineData("RLIMIT_SIGPENDING", 100UL, 200UL)]
    [InlineData("RLIMIT_STACK", 1UL << 22, 1UL << 23)]
    public void Rlimits_Each_IsSet(string type, ulong soft, ulong hard)
    {
        Bundle bundle = NewBundle();
        bundle.Process["rlimits"] = new JsonArray(new JsonObject { ["type"] = type, ["soft"] = soft, ["hard"] = hard });

        JsonNode limit = Limits(bundle)[type]!;

        limit["soft"]!.GetValue<ulong>().Should().Be(soft);
        limit["hard"]!.GetValue<ulong>().Should().Be(hard);
    }

    [HostFact]
    public void Rlimits_Unknown_Fails()
    {
        Bundle bundle = NewBundle();
        bundle.Process["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_UNKNOWN", ["soft"] = 1, ["hard"] = 1 });

        Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain("RLIMIT_UNKNOWN");
        NothingIsLeft();
    }

    [HostTheory]
    [InlineData("RLIMIT_CORE", 1, 1, "/process/rlimits/1/type")]
    [InlineData("RLIMIT_CPU", 2, 1, "/process/rlimits/1/soft")]
    public void Rlimits_TwiceOrSoftAboveHard_Fails(string type, int soft, int hard, string path)
    {
        Bundle bundle = NewBundle();
        bundle.Process["rlimits"] = new JsonArray(
            new JsonObject { ["type"] = "RLIMIT_CORE", ["soft"] = 0, ["hard"] = 0 },
            new JsonObject { ["type"] = type, ["soft"] = soft, ["hard"] = hard });

        Ocirun.Fail("run", "--bundle", bundle.Save().Folder, NewId()).Error.Should().Contain(path).And.Contain($"{(soft > hard ? $"{soft}" : type)}");
        NothingIsLeft();
    }

    [HostFact(Needs.RaiseLimits)]
    [Trait("Category", "Vm")]
    public void Rlimits_RaisedWithTheRight_IsSet()
    {
        Bundle bundle = NewShell("ulimit -c; ulimit -Hc").With(b =>
            b.Process["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_CORE", ["soft"] = 5120, ["hard"] = ulong.MaxValue }));
        using ChildProcess run = Ocirun.StartUnder(["sh", "-c", "ulimit -c 1; exec \"$@\"", "sh"], "run", "--bundle", bundle.Folder, NewId());

        // In blocks of 512 bytes.
        run.Wait().Output.Should().Be("10\nunlimited\n");
    }

    [HostFact]
    public void Rlimits_RaisedWithoutTheRight_SaysWhatIsMissing()
    {
        Bundle bundle = NewBundle("true").With(b =>
            b.Process["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_CORE", ["soft"] = 8192, ["hard"] = 8192 }));
        using ChildProcess run = Ocirun.StartUnder(
            ["setpriv", "--bounding-set=-sys_resource", "sh", "-c", "ulimit -c 1; exec \"$@\"", "sh"], "run", "--bundle", bundle.Folder, NewId());

        Outcome outcome = run.Wait();

        outcome.Status.Should().Be(1, "{0}", outcome);
        outcome.Error.Should().Contain("setting RLIMIT_CORE to 8192, hard 8192 (/process/rlimits/0)").And.Contain("CAP_SYS_RESOURCE").And.Contain("EPERM");
        NothingIsLeft();
    }

    [HostFact]
    public void OomScoreAdj_LoweredWithoutTheRight_SaysWhatIsMissing()
    {
        Bundle bundle = NewBundle("true").With(b => b.Process["oomScoreAdj"] = -1000);
        using ChildProcess run = Ocirun.StartUnder(["setpriv", "--bounding-set=-sys_resource"], "run", "--bundle", bundle.Folder, NewId());

        Outcome outcome = run.Wait();

        outcome.Status.Should().Be(1, "{0}", outcome);
        outcome.Error.Should().Contain("/process/oomScoreAdj").And.Contain("CAP_SYS_RESOURCE").And.Contain("EACCES");
        NothingIsLeft();
    }

    [HostTheory]
    [InlineData(100)]
    [InlineData(0)]
    [InlineData(1000)]
    public void OomScoreAdj_Set_IsThat(int value)
    {
        Bundle bundle = NewBundle();
        bundle.Process["oomScoreAdj"] = value;

        Report(bundle.Save(), "process")["process"]!["oomScoreAdj"]!.GetValue<string>().Should().Be($"{value}");
    }

    private JsonObject Limits(Bundle bundle) => Report(bundle.Save(), "rlimits")["rlimits"]!.AsObject();
}
