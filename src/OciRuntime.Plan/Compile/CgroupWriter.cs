// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using System.Globalization;
using OciRuntime.Abi;

namespace OciRuntime.Plan.Compile;

/// <summary>Gathers the writes of one section of <c>linux.resources</c>.</summary>
internal readonly struct CgroupWriter(ImmutableArray<CgroupWrite>.Builder writes, string path, string controller)
{
    internal string Path => path;

    internal void Add(string file, string value, string member, bool isOptional = false) =>
        writes.Add(new CgroupWrite(controller, KernelString.Of(file), KernelString.Of(value), path + member) { IsOptional = isOptional });

    internal void Add(string file, long value, string member, bool isOptional = false) =>
        Add(file, value.ToString(CultureInfo.InvariantCulture), member, isOptional);

    internal void Add(string file, ulong value, string member, bool isOptional = false) =>
        Add(file, value.ToString(CultureInfo.InvariantCulture), member, isOptional);
}
