// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Linux;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;

namespace OciRuntime.Cli.Config;

/// <summary>What update is to change, and where its user said so.</summary>
internal sealed class ResourceUpdate
{
    private const string Prefix = "/linux/resources";

    private readonly ResourcesSpec _resources;
    private readonly string _source;
    private readonly Func<string, string> _nameOf;

    private ResourceUpdate(ResourcesSpec resources, string source, Func<string, string> nameOf) =>
        (_resources, _source, _nameOf) = (resources, source, nameOf);

    /// <param name="nameOf">The flag of a place in config.json: <c>--memory</c> of <c>/linux/resources/memory/limit</c>.</param>
    internal static ResourceUpdate FromFlags(ResourcesSpec resources, Func<string, string> nameOf) => new(resources, "the command line", nameOf);

    /// <param name="file">A document that is like config.json's <c>linux.resources</c>; <c>-</c>: standard input.</param>
    /// <exception cref="InvalidConfigException">It is none.</exception>
    internal static ResourceUpdate FromFile(string file)
    {
        string shown = file == "-" ? "the standard input" : file;
        byte[] bytes = file == "-" ? FileText.ReadStream(Fd.StandardInput, shown) : FileText.Read(Fd.CurrentDirectory, file, shown);
        List<SpecError> errors = [];
        ResourcesSpec? resources = SpecReader.ReadResources(bytes, errors);
        return resources is not null && errors.Count == 0
            ? new ResourceUpdate(resources, shown, path => path[Prefix.Length..])
            : throw new InvalidConfigException(shown, errors);
    }

    /// <param name="group">What the group has now.</param>
    /// <exception cref="InvalidConfigException">With every rule that it breaks.</exception>
    internal ImmutableArray<CgroupWrite> Compile(CgroupLayout layout, CgroupFacts group, List<string> warnings)
    {
        List<SpecError> errors = [];
        ImmutableArray<CgroupWrite> writes = ResourceCompiler.CompileUpdate(_resources, layout, group, warnings, errors);
        if (errors.Count > 0)
        {
            throw new InvalidConfigException(_source, errors.ConvertAll(error => new SpecError(new JsonPath(_nameOf(error.Path.Text)), error.Problem)));
        }

        ImmutableArray<CgroupWrite>.Builder named = ImmutableArray.CreateBuilder<CgroupWrite>(writes.Length);
        foreach (CgroupWrite write in writes)
        {
            named.Add(write with { Origin = _nameOf(write.Origin) });
        }

        return named.MoveToImmutable();
    }
}
