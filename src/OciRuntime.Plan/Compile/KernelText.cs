// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>Strings of the document to strings for the kernel.</summary>
internal static class KernelText
{
    /// <summary>False, and an error, if the kernel would read another text than the document has.</summary>
    /// <param name="written">As the document has it, where <paramref name="text"/> is made from that.</param>
    internal static bool TryMake(string text, string path, List<SpecError> errors, out KernelString result, string? written = null)
    {
        if (KernelString.TryCreate(text, out result))
        {
            return true;
        }

        Refuse.Value(errors, path, written ?? text, Refuse.ContainsNul);
        return false;
    }

    internal static ImmutableArray<KernelString> MakeAll(ImmutableArray<string> texts, string path, List<SpecError> errors)
    {
        ImmutableArray<KernelString>.Builder made = ImmutableArray.CreateBuilder<KernelString>(texts.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            if (KernelString.TryCreate(texts[i], out KernelString text))
            {
                made.Add(text);
            }
            else
            {
                Refuse.Value(errors, Refuse.At(path, i), texts[i], Refuse.ContainsNul);
            }
        }

        return made.DrainToImmutable();
    }
}
