// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>Environments of the process and of hooks. environ(7).</summary>
internal static class EnvironmentCompiler
{
    /// <summary>Of a variable that occurs twice the last one counts, and keeps its place: as with runc since 1.2.</summary>
    internal static ImmutableArray<KernelString> Compile(ImmutableArray<string> entries, string path, List<SpecError> errors)
    {
        ImmutableArray<KernelString>.Builder variables = ImmutableArray.CreateBuilder<KernelString>(entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            string entry = entries[i];
            int equals = entry.IndexOf('=');
            if (equals <= 0)
            {
                Refuse.Value(errors, Refuse.At(path, i), entry, equals < 0 ? "has no '='" : "has no name before its '='");
            }
            else if (!KernelString.TryCreate(entry, out KernelString variable))
            {
                Refuse.Value(errors, Refuse.At(path, i), entry, Refuse.ContainsNul);
            }
            else if (!IsNamedAgain(entries, i, entry.AsSpan(0, equals + 1)))
            {
                variables.Add(variable);
            }
        }

        return variables.DrainToImmutable();
    }

    private static bool IsNamedAgain(ImmutableArray<string> entries, int index, ReadOnlySpan<char> nameAndEquals)
    {
        for (int i = index + 1; i < entries.Length; i++)
        {
            if (entries[i].AsSpan().StartsWith(nameAndEquals))
            {
                return true;
            }
        }

        return false;
    }
}
