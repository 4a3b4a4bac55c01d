// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>
/// Each folder <c>spec-fixtures/SECTION/CASE</c> with a config.json also has the plan that it compiles to, or the errors. The
/// variable OCIRUN_ACCEPT=1 records what is compiled now.
/// </summary>
public sealed class PlanGoldenTests
{
    private static readonly string s_fixtures = Path.Combine(RepositoryRoot.Path, "spec-fixtures");

    public static TheoryData<string> Cases()
    {
        TheoryData<string> cases = [];
        string[] files = Directory.GetFiles(s_fixtures, "config.json", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            // The section "input" is the reader's: its errors are recorded by the reader's own tests.
            string name = Path.GetRelativePath(s_fixtures, Path.GetDirectoryName(file)!);
            if (!name.StartsWith("input/", StringComparison.Ordinal))
            {
                cases.Add(name);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Config_Compiled_IsAsRecorded(string name)
    {
        string folder = Path.Combine(s_fixtures, name);
        (string file, string actual) = Compile(folder);
        if (Environment.GetEnvironmentVariable("OCIRUN_ACCEPT") == "1")
        {
            Accept(folder, file, actual);
            return;
        }

        string expected = File.Exists(Path.Combine(folder, file)) ? File.ReadAllText(Path.Combine(folder, file)) : "";
        string other = Path.Combine(folder, file == "plan.txt" ? "errors.txt" : "plan.txt");
        if (expected != actual || File.Exists(other))
        {
            Assert.Fail($"{folder}/{file} (OCIRUN_ACCEPT=1 records what is compiled now):\n{TextDiff.Of(expected, actual)}");
        }
    }

    [Fact]
    public void Config_CompiledTwice_GivesEqualTexts()
    {
        foreach (string name in Cases())
        {
            string folder = Path.Combine(s_fixtures, name);
            Assert.Equal(Compile(folder), Compile(folder));
        }
    }

    private static (string File, string Text) Compile(string folder)
    {
        List<SpecError> errors = [];
        RuntimeSpec? spec = SpecReader.Read(File.ReadAllBytes(Path.Combine(folder, "config.json")), errors);
        HostFacts facts = FixtureFacts.Read(Path.Combine(folder, "facts.txt"));
        ContainerPlan? plan = spec is null || errors.Count != 0 ? null : PlanCompiler.Compile(spec, facts, errors);
        if (plan is not null)
        {
            Assert.Empty(errors);
            return ("plan.txt", PlanText.Of(plan));
        }

        StringBuilder text = new();
        foreach (SpecError error in errors)
        {
            text.Append(error).Append('\n');
        }

        Assert.NotEmpty(errors);
        return ("errors.txt", text.ToString());
    }

    private static void Accept(string folder, string file, string actual)
    {
        File.Delete(Path.Combine(folder, "plan.txt"));
        File.Delete(Path.Combine(folder, "errors.txt"));
        File.WriteAllText(Path.Combine(folder, file), actual);
    }
}
