// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Cgroups;

/// <summary>One mounted hierarchy, and where this process is in it. cgroups(7).</summary>
/// <param name="Controllers">Of version 1: <c>cpu,cpuacct</c> or <c>name=systemd</c>. Empty: version 2.</param>
/// <param name="MountPoint">An absolute folder on the host.</param>
/// <param name="OwnPath">This process's group, as a path below the mount point: <c>/</c> or <c>/a/b</c>.</param>
public sealed record CgroupHierarchy(string Controllers, string MountPoint, string OwnPath)
{
    private const long CGROUP2_SUPER_MAGIC = 0x63677270;

    private static ReadOnlySpan<byte> UnifiedMountPoint => "/sys/fs/cgroup\0"u8;

    public bool IsVersion2 => Controllers.Length == 0;

    /// <summary>Whether systemd makes and removes folders in it. systemd.resource-control(5).</summary>
    public bool IsOfSystemd =>
        IsVersion2 || Has("name=systemd") || Has("cpu") || Has("cpuacct") || Has("blkio") || Has("memory") || Has("devices") || Has("pids");

    /// <summary>Whether <paramref name="name"/> is one of its version 1 controllers.</summary>
    public bool Has(string name)
    {
        foreach (Range part in Controllers.AsSpan().Split(','))
        {
            if (Controllers.AsSpan(part).SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The layout of this host: version 2 where /sys/fs/cgroup itself is of it, as systemd mounts it.</summary>
    public static CgroupLayout DetectLayout()
    {
        if (Files.TryOpen(Fd.CurrentDirectory, UnifiedMountPoint, OpenFlags.O_PATH, 0, out OwnedFd? folder) != 0)
        {
            return CgroupLayout.V1;
        }

        using (folder)
        {
            return Files.FileSystemType(folder!.Borrow) == CGROUP2_SUPER_MAGIC ? CgroupLayout.V2 : CgroupLayout.V1;
        }
    }

    /// <summary>Every hierarchy that a container is put into: all that are mounted, or of version 2 alone the one at /sys/fs/cgroup.</summary>
    public static List<CgroupHierarchy> Detect(CgroupLayout layout) => Parse(layout, Text("/proc/self/mountinfo\0"u8), Text("/proc/self/cgroup\0"u8));

    /// <param name="mounts">proc_pid_mountinfo(5).</param>
    /// <param name="groups">cgroups(7), "/proc/pid/cgroup".</param>
    internal static List<CgroupHierarchy> Parse(CgroupLayout layout, string mounts, string groups)
    {
        List<CgroupHierarchy> hierarchies = [];
        foreach (Range line in mounts.AsSpan().Split('\n'))
        {
            if (FromMount(mounts.AsSpan(line), groups) is { } hierarchy
                && (layout == CgroupLayout.V1 || (hierarchy.IsVersion2 && hierarchy.MountPoint == "/sys/fs/cgroup"))
                && !hierarchies.Exists(other => other.Controllers == hierarchy.Controllers))
            {
                hierarchies.Add(hierarchy);
            }
        }

        return hierarchies;
    }

    // proc_pid_mountinfo(5): id parent major:minor root mountpoint options [optional...] - type source superoptions
    private static CgroupHierarchy? FromMount(ReadOnlySpan<char> line, string groups)
    {
        int separator = line.IndexOf(" - cgroup", StringComparison.Ordinal);
        if (separator < 0)
        {
            return null;
        }

        Span<Range> fields = stackalloc Range[6];
        Span<Range> superFields = stackalloc Range[3];
        ReadOnlySpan<char> tail = line[(separator + 3)..];
        if (line[..separator].Split(fields, ' ') < fields.Length || tail.Split(superFields, ' ') < superFields.Length)
        {
            return null;
        }

        string root = MountTable.Unescape(line[fields[3]]);
        string mountPoint = MountTable.Unescape(line[fields[4]]);
        bool version2 = tail[superFields[0]].SequenceEqual("cgroup2");
        foreach (Range groupLine in groups.AsSpan().Split('\n'))
        {
            // cgroups(7), /proc/PID/cgroup: id:controllers:path
            ReadOnlySpan<char> group = groups.AsSpan(groupLine);
            int first = group.IndexOf(':');
            int second = first < 0 ? -1 : first + 1 + group[(first + 1)..].IndexOf(':');
            if (second <= first)
            {
                continue;
            }

            ReadOnlySpan<char> controllers = group[(first + 1)..second];
            if (version2 ? controllers.IsEmpty : IsOf(controllers, tail[superFields[2]]))
            {
                return new CgroupHierarchy(controllers.ToString(), mountPoint, Below(root, group[(second + 1)..]));
            }
        }

        return null;
    }

    // Whether a mount with these super options is of the hierarchy with these controllers: the first one tells.
    private static bool IsOf(ReadOnlySpan<char> controllers, ReadOnlySpan<char> superOptions)
    {
        int comma = controllers.IndexOf(',');
        ReadOnlySpan<char> first = comma < 0 ? controllers : controllers[..comma];
        foreach (Range option in superOptions.Split(','))
        {
            if (superOptions[option].SequenceEqual(first) && !first.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    // Where a part of the hierarchy is mounted, paths are seen from that part.
    private static string Below(ReadOnlySpan<char> root, ReadOnlySpan<char> path)
    {
        if (root.Length > 1 && path.StartsWith(root) && (path.Length == root.Length || path[root.Length] == '/'))
        {
            path = path[root.Length..];
        }

        return path.IsEmpty ? "/" : path.ToString();
    }

    private static string Text(ReadOnlySpan<byte> path)
    {
        using OwnedFd file = Files.Open(Fd.CurrentDirectory, path, OpenFlags.O_RDONLY);
        return Encoding.UTF8.GetString(WholeFile.Read(file.Borrow));
    }
}
