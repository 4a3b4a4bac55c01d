// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>Writes the id maps of a new user namespace. user_namespaces(7).</summary>
internal static class IdMapWriter
{
    /// <param name="origin">What has the two maps as <c>uidMappings</c> and <c>gidMappings</c>.</param>
    public static void Write(int pid, ImmutableArray<IdMapping> uids, ImmutableArray<IdMapping> gids, string origin)
    {
        WriteMap($"/proc/{pid}/uid_map", uids, $"{origin}/uidMappings");
        if (Credentials.EffectiveUserId != 0)
        {
            DenySetGroups(pid, origin);
        }

        WriteMap($"/proc/{pid}/gid_map", gids, $"{origin}/gidMappings");
    }

    // user_namespaces(7): who is not privileged may map a group only if the namespace can never drop groups.
    private static void DenySetGroups(int pid, string origin)
    {
        KernelString path = KernelString.Of($"/proc/{pid}/setgroups");
        Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, path.Span, "deny"u8);
        if (errno != 0)
        {
            throw new ContainerException($"denying setgroups before the group map ({origin}/gidMappings): write {path}: {ErrnoText.Of(errno)}");
        }
    }

    // All lines in one write, at most a page of them: the kernel takes no second.
    private static void WriteMap(string path, ImmutableArray<IdMapping> map, string origin)
    {
        StringBuilder lines = new();
        foreach (IdMapping mapping in map)
        {
            lines.Append(mapping.ContainerId).Append(' ').Append(mapping.HostId).Append(' ').Append(mapping.Size).Append('\n');
        }

        Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, KernelString.Of(path).Span, Encoding.ASCII.GetBytes(lines.ToString()));
        if (errno != 0)
        {
            string hint = errno == Errno.EPERM ? " (hint: without root only one's own id can be mapped)" : "";
            throw new ContainerException($"writing the id map ({origin}){hint}: write {path}: {ErrnoText.Of(errno)}");
        }
    }
}
