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
            else
            {
                AppendVisible(text, c);
            }
        }

        return text.Append('"').ToString();
    }

    /// <summary>The path of a member whose name is the user's.</summary>
    internal static string Member(string path, string name)
    {
        string pointer = new JsonPath(path).Field(name).Text;
        StringBuilder text = new(pointer.Length);
        foreach (char c in pointer)
        {
            AppendVisible(text, c);
        }

        return text.ToString();
    }

    private static void AppendVisible(StringBuilder text, char c)
    {
        if (char.IsControl(c))
        {
            text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }
        else
        {
            text.Append(c);
        }
    }
}
