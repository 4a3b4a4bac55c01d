// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>
/// Each folder <c>spec-fixtures/update/CASE</c> with a resources.json also has what update would write, or the errors; facts.txt says what
/// the group has. The variable OCIRUN_ACCEPT=1 records what is compiled now.
/// </summary>
public sealed class UpdateGoldenTests
{
    private static readonly string s_fixtures = Path.Combine(RepositoryRoot.Path, "spec-fixtures", "update");

    public static TheoryData<string> Cases() => new(Directory.GetDirectories(s_fixtures).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Resources_Compiled_AreAsRecorded(string name)
    {
        string folder = Path.Combine(s_fixtures, name);
        (string file, string actual) = Compile(folder);
        string other = Path.Combine(folder, file == "writes.txt" ? "errors.txt" : "writes.txt");
        if (Environment.GetEnvironmentVariable("OCIRUN_ACCEPT") == "1")
        {
            File.Delete(other);
            File.WriteAllText(Path.Combine(folder, file), actual);
            return;
        }

        string expected = File.Exists(Path.Combine(folder, file)) ? File.ReadAllText(Path.Combine(folder, file)) : "";
        if (expected != actual || File.Exists(other))
        {
            Assert.Fail($"{folder}/{file} (OCIRUN_ACCEPT=1 records what is compiled now):\n{TextDiff.Of(expected, actual)}");
        }
    }

    private static (string File, string Text) Compile(string folder)
    {
        List<SpecError> errors = [];
        List<string> warnings = [];
        ResourcesSpec resources = SpecReader.ReadResources(File.ReadAllBytes(Path.Combine(folder, "resources.json")), errors)!;
        Assert.Empty(errors);
        (CgroupLayout layout, CgroupFacts group) = ReadFacts(Path.Combine(folder, "facts.txt"));
        ImmutableArray<CgroupWrite> writes = ResourceCompiler.CompileUpdate(resources, layout, group, warnings, errors);
        if (errors.Count > 0)
        {
            Assert.Empty(writes);
            return ("errors.txt", string.Concat(errors.Select(error => $"{error}\n")));
        }

        StringBuilder text = new(PlanText.Of(writes));
        warnings.ForEach(warning => text.Append("warning ").Append(warning).Append('\n'));
        return ("writes.txt", text.ToString());
    }

    private static (CgroupLayout Layout, CgroupFacts Group) ReadFacts(string file)
    {
        CgroupLayout layout = CgroupLayout.V2;
        CgroupFacts group = new();
        foreach (string line in File.Exists(file) ? File.ReadAllLines(file) : [])
        {
            switch (line.Split(' '))
            {
                case ["cgroups", "v1"]: layout = CgroupLayout.V1; break;
                case ["cpu.max", var quota, var period]: group = group with { CpuQuota = quota, CpuPeriod = period }; break;
                case ["memory.max", var limit]: group = group with { MemoryLimit = long.Parse(limit, CultureInfo.InvariantCulture) }; break;
                case ["memory.current", var usage]: group = group with { MemoryUsage = long.Parse(usage, CultureInfo.InvariantCulture) }; break;
                default: throw new InvalidDataException($"{file}: unknown fact \"{line}\"");
            }
        }

        return (layout, group);
    }
}
