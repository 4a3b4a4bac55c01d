// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>The one place where violations get their words. Paths are passed as text because they are needed only here.</summary>
internal static class Refuse
{
    internal const string ContainsNul = "contains a NUL byte";

    internal static void Rule(List<SpecError> errors, string path, string rule) => errors.Add(new SpecError(new JsonPath(path), rule));

    internal static void Missing(List<SpecError> errors, string path) => Rule(errors, path, "is required");

    internal static void Value(List<SpecError> errors, string path, string value, string rule) =>
        Rule(errors, path, string.Concat(Quote(value), " ", rule));

    internal static void Number(List<SpecError> errors, string path, long value, string rule) =>
        Value(errors, path, value.ToString(CultureInfo.InvariantCulture), rule);

    internal static void Number(List<SpecError> errors, string path, ulong value, string rule) =>
        Value(errors, path, value.ToString(CultureInfo.InvariantCulture), rule);

    /// <summary>For what runtime-spec has and the Engine does not carry out: silence would be a lie.</summary>
    internal static void Unsupported(List<SpecError> errors, string path) => Rule(errors, path, "is not supported by this version of ocirun");

    internal static string At(string path, int index) => string.Concat(path, "/", index.ToString(CultureInfo.InvariantCulture));

    /// <summary>As JSON writes it, so that a value can't forge a line of a log.</summary>
    internal static string Quote(string value)
    {
        StringBuilder text = new(value.Length + 2);
        text.Append('"');
        foreach (char c in value)
        {
            if (c is '"' or '\\')
            {
                text.Append('\\').Append(c);
            }
            else if (char.IsControl(c))
            {
                text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(c);
            }
        }

        return text.Append('"').ToString();
    }
}
