// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Plan.Compile;

/// <summary>Lexical work on paths. What a path leads to, symbolic links included, only the Engine can know.</summary>
internal static class PathText
{
    internal static bool IsAbsolute(string path) => path.StartsWith('/');

    /// <summary>
    /// A path in the container: absolute, without empty parts, <c>.</c> and <c>..</c>. A relative one starts at the root, and
    /// <c>..</c> stays below it.
    /// </summary>
    internal static string InContainer(string path) => Clean(path, resolveParents: true);

    /// <summary>A path on the host: <c>..</c> is left to the kernel, which knows what it follows.</summary>
    internal static string OnHost(string path, string bundle) =>
        Clean(IsAbsolute(path) ? path : string.Concat(bundle, "/", path), resolveParents: false);

    internal static bool IsClean(string path) => IsAbsolute(path) && (path.Length == 1 || !HasPart(path, onlyParents: false));

    internal static bool HasParentPart(string path) => HasPart(path, onlyParents: true);

    // Whether one of the path's parts is "..", or one of those that cleaning takes away.
    private static bool HasPart(string path, bool onlyParents)
    {
        ReadOnlySpan<char> rest = path.AsSpan(IsAbsolute(path) ? 1 : 0);
        while (true)
        {
            int slash = rest.IndexOf('/');
            ReadOnlySpan<char> part = slash < 0 ? rest : rest[..slash];
            if (part is ".." || (!onlyParents && part is ("" or ".")))
            {
                return true;
            }

            if (slash < 0)
            {
                return false;
            }

            rest = rest[(slash + 1)..];
        }
    }

    private static string Clean(string path, bool resolveParents)
    {
        if (IsClean(path))
        {
            return path;
        }

        Span<char> buffer = path.Length < 512 ? stackalloc char[path.Length + 1] : new char[path.Length + 1];
        int length = 0;
        ReadOnlySpan<char> rest = path;
        while (!rest.IsEmpty)
        {
            int slash = rest.IndexOf('/');
            ReadOnlySpan<char> part = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? default : rest[(slash + 1)..];
            length = AddPart(buffer, length, part, resolveParents);
        }

        return length == 0 ? "/" : new string(buffer[..length]);
    }

    private static int AddPart(Span<char> buffer, int length, ReadOnlySpan<char> part, bool resolveParents)
    {
        if (part.IsEmpty || part is ".")
        {
            return length;
        }

        if (resolveParents && part is "..")
        {
            return Math.Max(0, buffer[..length].LastIndexOf('/'));
        }

        buffer[length] = '/';
        part.CopyTo(buffer[(length + 1)..]);
        return length + 1 + part.Length;
    }
}
