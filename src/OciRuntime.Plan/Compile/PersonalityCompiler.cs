// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.personality</c>. personality(2).</summary>
internal static class PersonalityCompiler
{
    internal static uint? Compile(PersonalitySpec? spec, List<SpecError> errors)
    {
        const string Domain = "/linux/personality/domain";
        if (spec is null)
        {
            return null;
        }

        for (int i = 0; i < spec.Flags.Length; i++)
        {
            Refuse.Value(errors, Refuse.At("/linux/personality/flags", i), spec.Flags[i], "is not supported: runtime-spec has no flags of personalities");
        }

        switch (spec.Domain)
        {
            case "LINUX":
                return Personality.PER_LINUX;
            case "LINUX32":
                return Personality.PER_LINUX32;
            case null or "":
                Refuse.Missing(errors, Domain);
                return null;
            default:
                Refuse.Value(errors, Domain, spec.Domain, "is neither LINUX nor LINUX32");
                return null;
        }
    }
}
