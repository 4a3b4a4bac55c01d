// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.resources.hugepageLimits</c>: for what is used, and where the kernel has it for what is reserved, too.</summary>
internal static class HugepageCompiler
{
    private const string Path = "/linux/resources/hugepageLimits";

    internal static void Compile(
        ImmutableArray<HugepageLimitSpec> limits, CgroupLayout layout, ImmutableArray<CgroupWrite>.Builder writes, List<SpecError> errors)
    {
        string suffix = layout == CgroupLayout.V1 ? "limit_in_bytes" : "max";
        CgroupWriter writer = new(writes, Path, "hugetlb");
        for (int i = 0; i < limits.Length; i++)
        {
            string path = Refuse.At(Path, i);
            if (limits[i].PageSize is not { Length: > 0 } size)
            {
                Refuse.Missing(errors, path + "/pageSize");
            }
            else if (!IsSize(size))
            {
                Refuse.Value(errors, path + "/pageSize", size, "is not a size such as 64KB, 2MB or 1GB");
            }
            else if (limits[i].Limit is not { } limit)
            {
                Refuse.Missing(errors, path + "/limit");
            }
            else
            {
                // hugetlb.2MB.rsvd.max is of Linux 5.7.
                string member = Refuse.At("", i);
                writer.Add($"hugetlb.{size}.{suffix}", limit, member);
                writer.Add($"hugetlb.{size}.rsvd.{suffix}", limit, member, isOptional: true);
            }
        }
    }

    // mm/hugetlb_cgroup.c, mem_fmt.
    private static bool IsSize(string size) =>
        size.Length > 2 && size[^1] == 'B' && size[^2] is 'K' or 'M' or 'G' && size[0] is >= '1' and <= '9'
        && !size.AsSpan(0, size.Length - 2).ContainsAnyExceptInRange('0', '9');
}
