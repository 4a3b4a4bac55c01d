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
        Add(new CgroupWrite(controller, KernelString.Of(file), KernelString.Of(value), path + member) { IsOptional = isOptional });

    internal void Add(string file, long value, string member, bool isOptional = false) => Add(file, Text(value), member, isOptional);

    internal void Add(string file, ulong value, string member, bool isOptional = false) => Add(file, Text(value), member, isOptional);

    /// <summary>A limit that the kernel checks against its neighbours: <see cref="CgroupWrite.CanWait"/>.</summary>
    internal void AddRelated(string file, string value, string member, bool isOptional = false) =>
        Add(new CgroupWrite(controller, KernelString.Of(file), KernelString.Of(value), path + member) { IsOptional = isOptional, CanWait = true });

    /// <param name="other">The file that does the same where there is no <paramref name="file"/>.</param>
    internal void AddEither(string file, string value, string other, string otherValue, string member) =>
        Add(new CgroupWrite(controller, KernelString.Of(file), KernelString.Of(value), path + member)
        {
            Otherwise = new CgroupAlternative(KernelString.Of(other), KernelString.Of(otherValue)),
        });

    internal static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    internal static string Text(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    private void Add(CgroupWrite write) => writes.Add(write);
}
