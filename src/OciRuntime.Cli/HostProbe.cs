// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Cli;

/// <summary>Asks the host for what a plan depends on.</summary>
internal static class HostProbe
{
    internal static HostFacts Read(string bundle) => new()
    {
        Bundle = bundle,
        Cgroups = CgroupHierarchy.DetectLayout(),
        GrantableCapabilities = Credentials.PermittedCapabilities(),
        IsRoot = Credentials.EffectiveUserId == 0,
    };

    /// <summary>Whether ids here are not all of the host's ids. user_namespaces(7).</summary>
    internal static bool IsInUserNamespace()
    {
        const int LongestMap = 4096;
        if (Files.TryOpen(Fd.CurrentDirectory, "/proc/self/uid_map\0"u8, OpenFlags.O_RDONLY, mode: 0, out OwnedFd? file) != 0)
        {
            return false;
        }

        using (file)
        {
            Span<byte> buffer = stackalloc byte[LongestMap];
            ReadOnlySpan<byte> map = buffer[..Files.Read(file!.Borrow, buffer)];
            return !IsWholeRange(map);
        }
    }

    // The initial namespace has exactly the line "0 0 4294967295", padded with spaces.
    private static bool IsWholeRange(ReadOnlySpan<byte> map)
    {
        ReadOnlySpan<byte> line = map.Trim(" \n"u8);
        return line.StartsWith("0 "u8)
            && line.EndsWith(" 4294967295"u8)
            && line[1..^"4294967295".Length].Trim((byte)' ').SequenceEqual("0"u8);
    }
}
