// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan.Seccomp;

/// <summary>The profiles of <c>spec-fixtures/seccomp</c> that make a filter.</summary>
public static class SeccompProfiles
{
    private static readonly string s_folder = Path.Combine(RepositoryRoot.Path, "spec-fixtures", "seccomp");

    public static TheoryData<string> Cases()
    {
        TheoryData<string> cases = [];
        foreach (string folder in Directory.GetDirectories(s_folder))
        {
            string plan = Path.Combine(folder, "plan.txt");
            if (File.Exists(plan) && File.ReadAllText(plan).Contains("seccomp bpf", StringComparison.Ordinal))
            {
                cases.Add(Path.GetFileName(folder));
            }
        }

        return cases;
    }

    internal static SeccompSpec Read(string name)
    {
        List<SpecError> errors = [];
        SeccompSpec profile = SpecReader.Read(File.ReadAllBytes(Path.Combine(s_folder, name, "config.json")), errors)!.Linux!.Seccomp!;
        Assert.Empty(errors);
        return profile;
    }
}
