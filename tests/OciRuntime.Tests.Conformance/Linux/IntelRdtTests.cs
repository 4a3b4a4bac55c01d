// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>
/// linux.intelRdt on a made-up tree: a folder that the mount table, as ocirun reads it, says is a resctrl file system. What the kernel
/// would do there is done by the test: a group's files appear when they are written, and are gone before the group is.
/// </summary>
public sealed class IntelRdtTests : ContainerTest
{
    private const string Schemata = "    L3:0=7f0;1=1f\n    MB:0=20;1=70\n";

    private string Tree => Path.Combine(Folder, "resctrl");

    public IntelRdtTests()
    {
        foreach (string folder in (string[])["info/L3", "info/MB", "mon_groups"])
        {
            _ = Directory.CreateDirectory(Path.Combine(Tree, folder));
        }

        File.WriteAllText(Path.Combine(Tree, "tasks"), "");
        File.WriteAllText(Path.Combine(Tree, "info/last_cmd_status"), "ok\n");
    }

    [HostFact]
    public void Update_Schemata_AreWrittenToTheGroup()
    {
        (string id, _) = Create("""{"l3CacheSchema": "L3:0=f"}""");

        _ = Ocirun.Succeed("update", "--l3-cache-schema", "L3:0=3", id);

        // Of a made-up file only the beginning is new.
        Group(id, "schemata").Should().StartWith("L3:0=3\n");
        Empty(id);
        _ = Ocirun.Succeed("delete", id);
    }

    [HostFact]
    public void NoClass_GroupOfTheContainersIdIsMadeAndRemoved()
    {
        (string id, string pid) = Create("""{"l3CacheSchema": "L3:0=f", "memBwSchema": "MB:0=20", "schemata": ["L2:0=1", "L2:1=3"]}""");

        Group(id, "tasks").Should().Be(pid);
        Group(id, "schemata").Should().Be("L3:0=f\nMB:0=20\nL2:0=1\nL2:1=3\n");
        Empty(id);
        _ = Ocirun.Succeed("delete", id);
        Directory.Exists(Path.Combine(Tree, id)).Should().BeFalse();
    }

    [HostFact]
    public void NoClassAndNoSchema_GroupHasThoseOfTheKernel()
    {
        (string id, string pid) = Create("{}");

        Group(id, "tasks").Should().Be(pid);
        File.Exists(Path.Combine(Tree, id, "schemata")).Should().BeFalse("nothing is to be written");
        Empty(id);
    }

    // Somebody else's: it stays.
    [HostFact]
    public void NoClass_GroupIsThereAlready_IsUsedAndStays()
    {
        string id = NewId();
        _ = Directory.CreateDirectory(Path.Combine(Tree, id));

        string pid = Create("""{"schemata": ["L3:0=1"]}""", id);

        Group(id, "tasks").Should().Be(pid);
        Empty(id);
        _ = Ocirun.Succeed("delete", id);
        Directory.Exists(Path.Combine(Tree, id)).Should().BeTrue();
    }

    [HostFact]
    public void ClassIsMissingAndHasASchema_IsMadeAndStays()
    {
        (string id, string pid) = Create("""{"closID": "gold", "l3CacheSchema": "L3:0=f"}""");

        Group("gold", "tasks").Should().Be(pid);
        Group("gold", "schemata").Should().Be("L3:0=f\n");
        _ = Ocirun.Succeed("delete", id);
        Group("gold", "schemata").Should().Be("L3:0=f\n");
    }

    [HostFact]
    public void ClassIsMissingAndHasNoSchema_IsRefused() =>
        Refuse("""{"closID": "gold"}""").Should().Contain($"{Tree}/gold does not exist");

    [HostTheory]
    [InlineData("""{"closID": "gold"}""", Schemata)]
    [InlineData("""{"closID": "gold", "l3CacheSchema": "L3:1=01F", "memBwSchema": "MB:1=70;0=20"}""", Schemata)]
    public void ClassExistsAndMatches_IsUsedAsItIs(string rdt, string schemata)
    {
        MakeClass("gold");

        (string id, string pid) = Create(rdt);

        Group("gold", "tasks").Should().Be(pid);
        Group("gold", "schemata").Should().Be(schemata);
        _ = Ocirun.Succeed("delete", id);
        Group("gold", "schemata").Should().Be(schemata);
    }

    [HostTheory]
    [InlineData("l3CacheSchema", "L3:0=1")]
    [InlineData("memBwSchema", "MB:0=20;1=71")]
    public void ClassExistsAndSaysSomethingElse_IsRefused(string property, string schema)
    {
        MakeClass("gold");

        Refuse($$"""{"closID": "gold", "{{property}}": "{{schema}}"}""").Should().Contain($"{Tree}/gold/schemata does not say what /linux/intelRdt/{property} says: {schema}");
        Group("gold", "schemata").Should().Be(Schemata);
    }

    [HostFact]
    public void DefaultClass_IsTheRoot()
    {
        (string id, string pid) = Create("""{"closID": "/"}""");

        Group("", "tasks").Should().Be(pid);
        Directory.Exists(Path.Combine(Tree, id)).Should().BeFalse();
    }

    [HostFact]
    public void Monitoring_GroupOfTheContainersIdIsMadeInTheClassAndRemoved()
    {
        MakeClass("gold");

        (string id, string pid) = Create("""{"closID": "gold", "enableMonitoring": true}""");

        Group("gold", "tasks").Should().Be(pid);
        Group($"gold/mon_groups/{id}", "tasks").Should().Be(pid);
        Empty($"gold/mon_groups/{id}");
        _ = Ocirun.Succeed("delete", id);
        Directory.GetFileSystemEntries(Path.Combine(Tree, "gold/mon_groups")).Should().BeEmpty();
    }

    [HostFact]
    public void Exec_JoinsTheContainersGroups()
    {
        MakeClass("gold");
        string id = NewId();
        _ = Create("""{"closID": "gold", "enableMonitoring": true}""", id, "while :; do sleep 1000; done");
        _ = Ocirun.Succeed("start", id);

        _ = Ocirun.Succeed("exec", id, "true");

        Group("gold", "tasks").Should().NotBe(Ocirun.State(id)["pid"]!.ToString());
        Group($"gold/mon_groups/{id}", "tasks").Should().Be(Group("gold", "tasks"));
        Empty($"gold/mon_groups/{id}");
        _ = Ocirun.Succeed("delete", "--force", id);
    }

    // The file system says in words why: a folder in the file's place refuses, too.
    [HostFact]
    public void Refusal_HasTheFileSystemsWordsAndUndoesWhatWasMade()
    {
        MakeClass("gold");
        File.Delete(Path.Combine(Tree, "gold/schemata"));
        _ = Directory.CreateDirectory(Path.Combine(Tree, "gold/schemata"));
        File.WriteAllText(Path.Combine(Tree, "info/last_cmd_status"), "Mask out of range\n");

        Refuse("""{"closID": "gold", "schemata": ["L3:0=fffff"]}""").Should().Contain(
            $"write {Tree}/gold/schemata \"L3:0=fffff\": EISDIR (is a directory): Mask out of range");
    }

    [HostTheory]
    [InlineData("L3", "l3CacheSchema", "L3:0=1")]
    [InlineData("MB", "memBwSchema", "MB:0=20")]
    public void HostLacksTheResource_IsRefused(string resource, string property, string schema)
    {
        Directory.Delete(Path.Combine(Tree, "info", resource));

        Refuse($$"""{"{{property}}": "{{schema}}"}""").Should().Contain($"what /linux/intelRdt/{property} asks: there is no {Tree}/info/{resource}");
    }

    [HostFact]
    public void NoResctrlMounted_IsRefused()
    {
        Outcome outcome = Run(NewBundle("true").With(b => b.Linux["intelRdt"] = new JsonObject()));

        outcome.Status.Should().Be(1);
        outcome.Error.Should().Contain("no resctrl file system is mounted (hint: mount -t resctrl resctrl /sys/fs/resctrl)");
    }

    private (string Id, string Pid) Create(string rdt)
    {
        string id = NewId();
        return (id, Create(rdt, id));
    }

    /// <returns>The pid.</returns>
    private string Create(string rdt, string id, string script = "true")
    {
        Outcome outcome = CreateBeside(rdt, id, script);
        outcome.Status.Should().Be(0, "{0}", outcome);
        return Ocirun.State(id)["pid"]!.ToString();
    }

    private string Refuse(string rdt)
    {
        Outcome outcome = CreateBeside(rdt, NewId(), "true");
        outcome.Status.Should().Be(1);
        NothingIsLeft();
        return outcome.Error;
    }

    // For the one process: its view of the mount table has one line more.
    private Outcome CreateBeside(string rdt, string id, string script)
    {
        Bundle bundle = NewShell(script).With(b => b.Linux["intelRdt"] = JsonNode.Parse(rdt));
        string table = Path.Combine(Folder, "mountinfo");
        string all = $"cat /proc/$$/mountinfo > {table}; echo '9999 1 0:99 / {Tree} rw - resctrl resctrl rw' >> {table}; mount --bind {table} /proc/$$/mountinfo; exec \"$@\"";
        using ChildProcess process = Ocirun.StartUnder(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", all, "sh"], "create", "--bundle", bundle.Folder, id);
        return process.Wait();
    }

    private void MakeClass(string name)
    {
        _ = Directory.CreateDirectory(Path.Combine(Tree, name, "mon_groups"));
        File.WriteAllText(Path.Combine(Tree, name, "schemata"), Schemata);
    }

    private string Group(string name, string file) => File.ReadAllText(Path.Combine(Tree, name, file));

    // A group can be removed, whatever files the kernel shows in it.
    private void Empty(string name)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Tree, name)))
        {
            File.Delete(file);
        }
    }
}
