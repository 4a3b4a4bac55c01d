// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>What <c>ocirun spec</c> writes compiles, and is what the fixtures <c>document/default*</c> have.</summary>
public sealed class DefaultConfigTests
{
    [Theory]
    [InlineData("default-v1", false, false)]
    [InlineData("default-v2", false, true)]
    [InlineData("default-rootless", true, true)]
    public void DefaultConfig_Compiled_GivesAPlan(string fixture, bool rootless, bool cgroupNamespace)
    {
        ArrayBufferWriter<byte> config = new();
        DefaultSpecOptions options = new() { Rootless = rootless, HostUid = 1000, HostGid = 1000, CgroupNamespace = cgroupNamespace };
        DefaultSpecWriter.Write(config, options);
        string file = Path.Combine(RepositoryRoot.Path, "spec-fixtures", "document", fixture, "config.json");
        if (Environment.GetEnvironmentVariable("OCIRUN_ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, config.WrittenSpan.ToArray());
        }

        Assert.Equal(File.ReadAllBytes(file), config.WrittenSpan.ToArray());
        List<SpecError> errors = [];
        RuntimeSpec? spec = SpecReader.Read(config.WrittenSpan, errors);
        HostFacts facts = FixtureFacts.Plain with { IsRoot = !rootless, Cgroups = cgroupNamespace ? CgroupLayout.V2 : CgroupLayout.V1 };
        ContainerPlan? plan = PlanCompiler.Compile(spec!, facts, errors);
        Assert.Empty(errors);
        Assert.NotNull(plan);
        Assert.Empty(plan.Warnings);
        Assert.Equal(rootless, plan.Cgroup.IsOptional);
    }
}
