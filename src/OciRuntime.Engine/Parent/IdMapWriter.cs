// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Engine.Hooks;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>The id maps of the container's user namespace. user_namespaces(7).</summary>
internal static class IdMapWriter
{
    private const string Linux = "/linux";

    /// <summary>Writes those of a new one.</summary>
    public static void Write(int pid, NamespacePlan namespaces) => Write(pid, namespaces.UidMap, namespaces.GidMap, Linux);

    /// <summary>Writes the maps of any new one.</summary>
    /// <param name="origin">What has the two maps as <c>uidMappings</c> and <c>gidMappings</c>.</param>
    public static void Write(int pid, ImmutableArray<IdMapping> uids, ImmutableArray<IdMapping> gids, string origin)
    {
        string uidOrigin = $"{origin}/uidMappings";
        string gidOrigin = $"{origin}/gidMappings";
        uint uid = Credentials.EffectiveUserId;
        if (uid != 0 && !(IsOnly(uids, uid) && IsOnly(gids, Credentials.EffectiveGroupId)))
        {
            RunProgram("newuidmap", pid, uids, uidOrigin);
            RunProgram("newgidmap", pid, gids, gidOrigin);
            return;
        }

        WriteMap($"/proc/{pid}/uid_map", uids, uidOrigin);
        if (uid != 0)
        {
            DenySetGroups(pid, gidOrigin);
        }

        WriteMap($"/proc/{pid}/gid_map", gids, gidOrigin);
    }

    /// <summary>Looks whether a joined one has the maps that config.json says it has: ids in it would mean others than its author believes.</summary>
    /// <param name="pid">A process in it.</param>
    public static void Verify(int pid, NamespacePlan namespaces)
    {
        VerifyMap($"/proc/{pid}/uid_map", namespaces.UidMap, $"{Linux}/uidMappings");
        VerifyMap($"/proc/{pid}/gid_map", namespaces.GidMap, $"{Linux}/gidMappings");
    }

    // user_namespaces(7): who is not privileged may map his own id alone; newuidmap(1) maps what /etc/subuid gives him.
    private static bool IsOnly(ImmutableArray<IdMapping> map, uint id) => map is [{ Size: 1 } only] && only.HostId == id;

    // user_namespaces(7): who is not privileged may map a group only if the namespace can never drop groups.
    private static void DenySetGroups(int pid, string origin)
    {
        KernelString path = KernelString.Of($"/proc/{pid}/setgroups");
        Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, path.Span, "deny"u8);
        if (errno != 0)
        {
            throw new ContainerException($"denying setgroups before the group map ({origin}): write {path}: {ErrnoText.Of(errno)}");
        }
    }

    // All lines in one write, below a page of them: the kernel takes no second.
    private static void WriteMap(string path, ImmutableArray<IdMapping> map, string origin)
    {
        const int PageSize = 4096;
        byte[] lines = Encoding.ASCII.GetBytes(TextOf(map));
        Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, KernelString.Of(path).Span, lines);
        if (errno != 0)
        {
            string hint = lines.Length >= PageSize ? $" (hint: its lines have {lines.Length} bytes, and the kernel takes {PageSize - 1})" : "";
            throw new ContainerException($"writing the id map ({origin}){hint}: write {path}: {ErrnoText.Of(errno)}");
        }
    }

    private static string TextOf(ImmutableArray<IdMapping> map)
    {
        StringBuilder lines = new();
        foreach (IdMapping mapping in map)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{mapping.ContainerId} {mapping.HostId} {mapping.Size}\n");
        }

        return lines.ToString();
    }

    private static void VerifyMap(string path, ImmutableArray<IdMapping> map, string origin)
    {
        if (map.IsEmpty)
        {
            return;
        }

        string text = Encoding.ASCII.GetString(WholeFile.TryRead(KernelString.Of(path).Span) ?? []);
        List<string> lines = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            lines.Add(string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        }

        List<string> expected = [.. TextOf(map).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        lines.Sort(StringComparer.Ordinal);
        expected.Sort(StringComparer.Ordinal);
        if (!string.Join(", ", lines).Equals(string.Join(", ", expected), StringComparison.Ordinal))
        {
            throw new ContainerException(
                $"joining the user namespace: its map is {string.Join(", ", lines)}, and {origin} says {string.Join(", ", expected)} (hint: leave the mappings out)");
        }
    }

    private static void RunProgram(string name, int pid, ImmutableArray<IdMapping> map, string origin)
    {
        string program = ProgramPath.Find(name) ?? throw new ContainerException(
            $"writing the id map ({origin}): mapping more than one's own id without root takes {name}, and PATH has none (hint: install the package uidmap)");
        ImmutableArray<KernelString>.Builder args = ImmutableArray.CreateBuilder<KernelString>();
        args.Add(KernelString.Of(name));
        args.Add(KernelString.Of(pid.ToString(CultureInfo.InvariantCulture)));
        foreach (IdMapping mapping in map)
        {
            args.Add(KernelString.Of(mapping.ContainerId.ToString(CultureInfo.InvariantCulture)));
            args.Add(KernelString.Of(mapping.HostId.ToString(CultureInfo.InvariantCulture)));
            args.Add(KernelString.Of(mapping.Size.ToString(CultureInfo.InvariantCulture)));
        }

        const int TimeoutSeconds = 30;
        OtherThreads.AwaitParked();
        HookRunner.RunOne(new HookPlan(KernelString.Of(program), args.DrainToImmutable(), null, TimeoutSeconds, origin), []);
    }
}
