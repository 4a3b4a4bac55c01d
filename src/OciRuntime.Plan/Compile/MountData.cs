// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Abi;

namespace OciRuntime.Plan.Compile;

/// <summary>
/// Options that are a file system's own: mount(2) takes them joined by commas, and so may one option hold several; fsconfig(2)
/// takes them one by one.
/// </summary>
internal static class MountData
{
    /// <returns>The rule that the text breaks, or null.</returns>
    internal static string? Split(string text, List<FsParameter> parameters)
    {
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int end = EndOfFirst(rest);
            if (Add(rest[..end], parameters) is { } rule)
            {
                return rule;
            }

            rest = end < rest.Length ? rest[(end + 1)..] : default;
        }

        return null;
    }

    // A comma in a label's quotes, or behind overlayfs's backslash, is part of the value.
    private static int EndOfFirst(ReadOnlySpan<char> text)
    {
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\')
            {
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                return i;
            }
        }

        return text.Length;
    }

    private static string? Add(ReadOnlySpan<char> text, List<FsParameter> parameters)
    {
        if (text.IsEmpty)
        {
            return null;
        }

        int equals = text.IndexOf('=');
        ReadOnlySpan<char> key = equals < 0 ? text : text[..equals];
        if (key.IsEmpty)
        {
            return "has no name before its '='";
        }

        KernelString? value = null;
        if (equals >= 0)
        {
            if (!KernelString.TryCreate(Unquote(key, text[(equals + 1)..]), out KernelString made))
            {
                return Refuse.ContainsNul;
            }

            value = made;
        }

        if (!KernelString.TryCreate(key, out KernelString name))
        {
            return Refuse.ContainsNul;
        }

        parameters.Add(new FsParameter(name, value));
        return null;
    }

    // The quotes around a security label are syntax of mount(2)'s list, not part of the label. mount(8).
    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> key, ReadOnlySpan<char> value) =>
        key is "context" or "fscontext" or "defcontext" or "rootcontext" && value.Length >= 2 && value[0] == '"' && value[^1] == '"'
            ? value[1..^1]
            : value;
}
