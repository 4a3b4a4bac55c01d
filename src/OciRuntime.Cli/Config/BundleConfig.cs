// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Cli.Parsing;
using OciRuntime.Linux;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;

namespace OciRuntime.Cli.Config;

/// <summary>A bundle's config.json, read and compiled. Nothing has been touched so far.</summary>
internal sealed record BundleConfig
{
    private const string MissingHint = "run `ocirun spec` in the bundle to make one";

    /// <summary>Absolute.</summary>
    internal required string Folder { get; init; }

    internal required ReadOnlyMemory<byte> Bytes { get; init; }
    internal required ContainerPlan Plan { get; init; }

    /// <param name="bundle">Null: the current directory.</param>
    /// <param name="config">Null: the bundle's own.</param>
    /// <param name="cgroups">Who makes the control group.</param>
    /// <exception cref="InvalidConfigException">With every rule that the config breaks.</exception>
    internal static BundleConfig Read(string? bundle, string? config, CgroupManager cgroups = CgroupManager.Cgroupfs)
    {
        using OwnedFd folder = BundleFolder.Open(bundle);
        string path = BundleFolder.PathOf(folder);
        string file = config ?? $"{path}/config.json";
        byte[] bytes = config is null
            ? FileText.Read(folder.Borrow, "config.json", file, MissingHint)
            : FileText.Read(Fd.CurrentDirectory, config, file);
        return new BundleConfig { Folder = path, Bytes = bytes, Plan = Compile(bytes, file, HostProbe.Read(path, cgroups)) };
    }

    private static ContainerPlan Compile(byte[] bytes, string file, HostFacts host)
    {
        List<SpecError> errors = [];
        RuntimeSpec? spec = SpecReader.Read(bytes, errors);
        ContainerPlan? plan = spec is null ? null : CompileRead(spec, host, errors);
        return plan is not null && errors.Count == 0 ? plan : throw new InvalidConfigException(file, errors);
    }

    // What the reader refused is missing in the record: that it is missing is no violation of its own.
    private static ContainerPlan? CompileRead(RuntimeSpec spec, HostFacts host, List<SpecError> errors)
    {
        List<SpecError> found = [];
        ContainerPlan? plan = PlanCompiler.Compile(spec, host, found);
        int readErrors = errors.Count;
        foreach (SpecError error in found)
        {
            if (!errors.GetRange(0, readErrors).Exists(known => known.Path == error.Path))
            {
                errors.Add(error);
            }
        }

        return plan;
    }
}
