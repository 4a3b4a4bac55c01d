// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>
/// What may be mounted on /proc and below it. A false /proc would defeat whatever is set up through it (CVE-2019-16884,
/// CVE-2019-19921); symbolic links of the image that lead there are the Engine's to see.
/// </summary>
internal static class MountPlaceRules
{
    internal static void Check(MountStep step, string destination, string origin, List<SpecError> errors)
    {
        ReadOnlySpan<byte> target = step.Target.Text;
        if (!target.StartsWith("/proc"u8) || step is MountStep.Remount)
        {
            return;
        }

        if (target.Length == "/proc"u8.Length)
        {
            if (!IsProc(step))
            {
                Refuse.Value(errors, origin + "/destination", destination, "cannot be mounted because it is not of type proc");
            }
        }
        else if (target["/proc"u8.Length] == (byte)'/' && !IsHarmless(step.Target.ToString()))
        {
            Refuse.Value(errors, origin + "/destination", destination, "cannot be mounted because it is inside /proc");
        }
    }

    // The host's own /proc is one too: containers without a PID namespace bind it.
    private static bool IsProc(MountStep step) => step switch
    {
        MountStep.NewFilesystem made => made.Type.Text.SequenceEqual("proc"u8),
        MountStep.Bind bind => bind.Source.Text.SequenceEqual("/proc"u8),
        _ => false,
    };

    // What lxcfs and its like put there: files that programs only read.
    private static bool IsHarmless(string target) => target is
        "/proc/cpuinfo" or "/proc/diskstats" or "/proc/meminfo" or "/proc/stat" or "/proc/swaps" or "/proc/uptime"
        or "/proc/loadavg" or "/proc/slabinfo" or "/proc/sys/kernel/ns_last_pid" or "/proc/sys/crypto/fips_enabled";
}
