// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Files;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Cli;

/// <summary>Asks the host for what a plan depends on.</summary>
internal static class HostProbe
{
    internal static HostFacts Read(string bundle, CgroupManager cgroups = CgroupManager.Cgroupfs)
    {
        CgroupLayout layout = CgroupHierarchy.DetectLayout();
        CgroupDriver driver = DriverOf(cgroups);
        if (driver == CgroupDriver.SystemdUser && layout == CgroupLayout.V1)
        {
            throw new CommandException("the systemd of a user can't be asked with cgroup v1, which lets no user make groups: use --cgroup-manager cgroupfs");
        }

        return new HostFacts
        {
            Bundle = bundle,
            Cgroups = layout,
            CgroupDriver = driver,
            GrantableCapabilities = Credentials.PermittedCapabilities(),
            IsRoot = Credentials.EffectiveUserId == 0,
        };
    }

    private static CgroupDriver DriverOf(CgroupManager manager)
    {
        if (manager != CgroupManager.Systemd)
        {
            return CgroupDriver.Cgroupfs;
        }

        return IsUsersSystemd() ? CgroupDriver.SystemdUser : CgroupDriver.Systemd;
    }

    // Who plays root in a user namespace has the user's systemd, unless a whole system with a systemd of its own runs there.
    private static bool IsUsersSystemd() =>
        Credentials.EffectiveUserId != 0
        || (IsInUserNamespace()
            && (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS"))
                || Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is not (null or "" or "/run/user/0")));

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
