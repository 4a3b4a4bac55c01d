// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>process.capabilities</c> to masks. What can't be granted is a warning, as config.md asks. capabilities(7).</summary>
internal static class CapabilityCompiler
{
    /// <summary>All that the kernel interface has: what a process holds that enters a user namespace.</summary>
    internal const ulong All = (1UL << Capability.Count) - 1;

    internal static CapabilityPlan Compile(CapabilitiesSpec? spec, ulong grantable, ImmutableArray<string>.Builder warnings)
    {
        if (spec is null)
        {
            return new CapabilityPlan();
        }

        List<string> ignored = [];
        ulong bounding = MaskOf(spec.Bounding, grantable, ignored);
        ulong permitted = IsSame(spec.Permitted, spec.Bounding) ? bounding : MaskOf(spec.Permitted, grantable, ignored);
        ulong effective = IsSame(spec.Effective, spec.Permitted) ? permitted : MaskOf(spec.Effective, grantable, ignored);
        ulong inheritable = MaskOf(spec.Inheritable, grantable, ignored);
        ulong ambient = MaskOf(spec.Ambient, grantable, ignored);
        if (ignored.Count != 0)
        {
            warnings.Add("ignoring unknown or unavailable capabilities: " + string.Join(", ", ignored));
        }

        // capset(2): effective within permitted; inheritable within the bounding set. prctl(2): ambient within both
        // permitted and inheritable.
        effective = Cut(effective, permitted, "effective capabilities that are not permitted", warnings);
        inheritable = Cut(inheritable, bounding, "inheritable capabilities outside the bounding set", warnings);
        ambient = CutAmbient(ambient, permitted & inheritable, warnings);
        return new CapabilityPlan
        {
            Bounding = bounding,
            Effective = effective,
            Inheritable = inheritable,
            Permitted = permitted,
            Ambient = ambient,
        };
    }

    private static ulong MaskOf(ImmutableArray<string>? names, ulong grantable, List<string> ignored)
    {
        if (names is not { } list)
        {
            return 0;
        }

        ulong mask = 0;
        foreach (string name in list)
        {
            int number = NumberOf(name);
            ulong bit = number < 0 ? 0 : 1UL << number;
            if ((bit & grantable) != 0)
            {
                mask |= bit;
            }
            else if (!ignored.Contains(name))
            {
                ignored.Add(name);
            }
        }

        return mask;
    }

    private static int NumberOf(string name)
    {
        ReadOnlySpan<string> names = Capability.Names;
        for (int i = 0; i < names.Length; i++)
        {
            if (string.Equals(names[i], name))
            {
                return i;
            }
        }

        return -1;
    }

    // The sets are mostly the same list: comparing it is cheaper than looking it up again.
    private static bool IsSame(ImmutableArray<string>? left, ImmutableArray<string>? right)
    {
        if (left is not { } a || right is not { } b || a.Length != b.Length)
        {
            return false;
        }

        for (int i = 0; i < a.Length; i++)
        {
            if (!string.Equals(a[i], b[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static ulong Cut(ulong mask, ulong allowed, string what, ImmutableArray<string>.Builder warnings)
    {
        ulong refused = mask & ~allowed;
        if (refused != 0)
        {
            StringBuilder text = new("ignoring ");
            text.Append(what);
            string separator = ": ";
            for (int i = 0; i < Capability.Count; i++)
            {
                if ((refused & (1UL << i)) != 0)
                {
                    text.Append(separator).Append(Capability.Names[i]);
                    separator = ", ";
                }
            }

            warnings.Add(text.ToString());
        }

        return mask & allowed;
    }

    // Of each by itself, as runc says it.
    private static ulong CutAmbient(ulong mask, ulong allowed, ImmutableArray<string>.Builder warnings)
    {
        for (int i = 0; i < Capability.Count; i++)
        {
            if ((mask & ~allowed & (1UL << i)) != 0)
            {
                warnings.Add($"can't raise ambient capability {Capability.Names[i]}: it is not both permitted and inheritable");
            }
        }

        return mask & allowed;
    }
}
