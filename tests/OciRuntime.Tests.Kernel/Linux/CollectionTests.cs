// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel.Linux;

/// <summary>A garbage collection forced in the child: the .NET runtime goes on in a copy of its process.</summary>
public sealed class CollectionTests : KernelTest
{
    [KernelTheory]
    [Xunit.InlineData(1)]
    [Xunit.InlineData(4)]
    public void HundredChildren_AllocateCollectAndThrow_AllReport(int atOnce)
    {
        Dictionary<string, string> seen = ChildProgram.Run("collect", "100", atOnce.ToString(CultureInfo.InvariantCulture));
        seen.Should().Equal(new Dictionary<string, string>
        {
            ["heap whole, collected, caught all, code 1 status 0"] = "100",
            ["inherited"] = "2000",
        });
    }

    // At its start a process is most likely to be copied while its finalizer thread is at work.
    [KernelFact]
    public void FirstChild_OfManyProcesses_Reports()
    {
        for (int i = 0; i < 50; i++)
        {
            ChildProgram.Run("collect", "1", "1").Should().ContainKey("heap whole, collected, caught all, code 1 status 0");
        }
    }

    [KernelFact]
    public void Fault_InChild_IsAnException() =>
        ChildProgram.Run("faults").Should().ContainKey("child").WhoseValue.Should().Be("null caught, zero caught, code 1 status 0");

    [ExecutableFact]
    public void FailingCreate_SmallestGeneration_EndsEveryTime()
    {
        using TemporaryFolder bundle = new();
        Directory.CreateDirectory(bundle["rootfs"]);
        Command.Run(Repository.Executable, "spec", "--bundle", bundle.Path).Status.Should().Be(0);
        JsonNode config = JsonNode.Parse(File.ReadAllText(bundle["config.json"]))!;
        config["process"]!["terminal"] = false;
        config["process"]!["args"] = new JsonArray("/no/such/program");

        // Enough to read that the parent collects, too.
        config["annotations"] = new JsonObject();
        for (int i = 0; i < 1000; i++)
        {
            config["annotations"]![$"key{i}"] = new string('x', 500);
        }

        File.WriteAllText(bundle["config.json"], config.ToJsonString());
        Dictionary<string, string> environment = new() { ["DOTNET_GCgen0size"] = "10000" /* hexadecimal: 64 KiB */ };
        for (int i = 0; i < 50; i++)
        {
            Outcome outcome = Command.Run(
                Repository.Executable, ["--root", bundle["state"], "run", "--bundle", bundle.Path, Path.GetFileName(bundle.Path)], environment);
            outcome.Error.TrimEnd().Should().Be("ocirun: creating the container: exec: \"/no/such/program\": stat /no/such/program: ENOENT (no such file or directory)");
            outcome.Status.Should().Be(1);
        }

        Directory.GetFileSystemEntries(bundle["state"]).Should().BeEmpty();
    }
}
