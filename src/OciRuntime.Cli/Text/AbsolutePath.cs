// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Text;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Text;

/// <summary>Paths of the host as the user writes them.</summary>
internal static class AbsolutePath
{
    private const int LongestPath = 4096;

    /// <returns><paramref name="path"/> from the root, without <c>.</c>, <c>..</c> and doubled slashes; links are not followed.</returns>
    internal static string Of(string path) => Clean(path.StartsWith('/') ? path : $"{CurrentDirectory()}/{path}");

    internal static string CurrentDirectory() => Encoding.UTF8.GetString(Processes.CurrentDirectory(stackalloc byte[LongestPath]));

    private static string Clean(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "." or ".."))
            {
                parts.Add(part);
            }
        }

        return $"/{string.Join('/', parts)}";
    }
}
