// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using OciRuntime.Abi;
using OciRuntime.Plan;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit;

/// <summary>The arrows between projects, and the sizes, that the house rules ask for.</summary>
public sealed class ArchitectureTests
{
    private const int FileCeiling = 500;
    private const int MethodCeiling = 60;

    public static TheoryData<string, string[]> Arrows => new()
    {
        { typeof(KernelString).Assembly.GetName().Name!, [] },
        { typeof(RuntimeSpec).Assembly.GetName().Name!, [] },
        { typeof(ContainerPlan).Assembly.GetName().Name!, ["OciRuntime.Abi", "OciRuntime.Spec"] },
        { "OciRuntime.Linux", ["OciRuntime.Abi"] },
        { "OciRuntime.Engine", ["OciRuntime.Abi", "OciRuntime.Linux", "OciRuntime.Plan"] },
        { "ocirun", ["OciRuntime.Abi", "OciRuntime.Spec", "OciRuntime.Plan", "OciRuntime.Linux", "OciRuntime.Engine"] },
    };

    [Theory]
    [MemberData(nameof(Arrows))]
    public void Assembly_References_OnlyWhatItMay(string name, string[] allowed)
    {
        foreach (AssemblyName reference in Assembly.Load(name).GetReferencedAssemblies())
        {
            bool isOurs = reference.Name!.StartsWith("OciRuntime", StringComparison.Ordinal);
            Assert.True(!isOurs || allowed.Contains(reference.Name), $"{name} may not know {reference.Name}");
        }
    }

    [Fact]
    public void SourceFile_Length_IsBelowTheCeiling()
    {
        foreach (string file in Sources())
        {
            Assert.True(File.ReadLines(file).Count() <= FileCeiling, $"{file} has more than {FileCeiling} lines");
        }
    }

    [Fact]
    public void SourceFile_FirstLine_NamesTheLicence()
    {
        foreach (string file in Sources())
        {
            Assert.True(File.ReadLines(file).First() == "// SPDX-License-Identifier: Apache-2.0", $"{file} does not start with its licence");
        }
    }

    // A method of a top-level type: a signature that ends with ')', and a block at the same depth.
    [Fact]
    public void Method_Length_IsBelowTheCeiling()
    {
        foreach (string file in Sources())
        {
            string before = "";
            int start = -1;
            int number = 0;
            foreach (string line in File.ReadLines(file))
            {
                number++;
                if (line == "    {" && before.EndsWith(')'))
                {
                    start = number;
                }
                else if (line == "    }" && start >= 0)
                {
                    Assert.True(number - start - 1 <= MethodCeiling, $"{file}:{start}: a method of more than {MethodCeiling} lines");
                    start = -1;
                }

                before = line;
            }
        }
    }

    private static IEnumerable<string> Sources()
    {
        char separator = Path.DirectorySeparatorChar;
        foreach (string file in Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src"), "*.cs", SearchOption.AllDirectories))
        {
            if (!file.Contains($"{separator}obj{separator}", StringComparison.Ordinal) && !file.Contains($"{separator}bin{separator}", StringComparison.Ordinal))
            {
                yield return file;
            }
        }
    }
}
