// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using OciRuntime.Abi.Processes;
using OciRuntime.Plan;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>The host of a fixture: cgroup v2 by the cgroupfs driver, all capabilities, not root; <c>facts.txt</c> says what is different.</summary>
internal static class FixtureFacts
{
    internal const string Bundle = "/bundle";
    internal const ulong AllCapabilities = (1UL << Capability.Count) - 1;

    internal static HostFacts Plain { get; } = new()
    {
        Bundle = Bundle,
        Cgroups = CgroupLayout.V2,
        GrantableCapabilities = AllCapabilities,
        IsRoot = false,
    };

    internal static HostFacts Read(string file)
    {
        HostFacts facts = Plain;
        if (!File.Exists(file))
        {
            return facts;
        }

        foreach (string line in File.ReadAllLines(file))
        {
            facts = line.Split(' ') switch
            {
                ["cgroups", "v1"] => facts with { Cgroups = CgroupLayout.V1 },
                ["cgroups", "v2"] => facts with { Cgroups = CgroupLayout.V2 },
                ["driver", "systemd"] => facts with { CgroupDriver = CgroupDriver.Systemd },
                ["driver", "systemd-user"] => facts with { CgroupDriver = CgroupDriver.SystemdUser },
                ["root"] => facts with { IsRoot = true },
                ["capabilities", .. var names] => facts with { GrantableCapabilities = MaskOf(names) },
                _ => throw new InvalidDataException($"{file}: unknown fact \"{line}\""),
            };
        }

        return facts;
    }

    private static ulong MaskOf(ReadOnlySpan<string> names)
    {
        ulong mask = 0;
        foreach (string name in names)
        {
            mask |= 1UL << Capability.NumberOf(name);
        }

        return mask;
    }
}
