// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Processes;

namespace OciRuntime.Plan.Compile;

/// <summary>
/// config-linux.md, "Cgroup ownership": the container's user gets its version 2 group where nothing but that group can be seen, and it can
/// be written: with a cgroup namespace of its own, and /sys/fs/cgroup mounted read-write.
/// </summary>
internal static class CgroupOwner
{
    private static ReadOnlySpan<byte> MountPoint => "/sys/fs/cgroup"u8;

    /// <returns>The host's id of <c>process.user.uid</c>; null where the owner stays as it is.</returns>
    internal static uint? Of(ContainerPlan plan, HostFacts facts)
    {
        bool isOwnGroup = facts.Cgroups == CgroupLayout.V2 && (plan.Namespaces.New & CloneFlags.CLONE_NEWCGROUP) != 0;
        return isOwnGroup && plan.Process is { } process && IsWritable(plan) ? HostIdOf(process.Uid, plan.Namespaces) : null;
    }

    private static bool IsWritable(ContainerPlan plan)
    {
        bool isWritable = false;
        foreach (MountStep step in plan.Mounts)
        {
            if (step.Target.Text.SequenceEqual(MountPoint))
            {
                // The last one is on top.
                isWritable = step is MountStep.ControlGroups && (step.Attributes.Set & MountAttr.MOUNT_ATTR_RDONLY) == 0;
            }
        }

        return isWritable;
    }

    private static uint? HostIdOf(uint uid, NamespacePlan namespaces)
    {
        if (!namespaces.IsOwn(CloneFlags.CLONE_NEWUSER))
        {
            return uid;
        }

        foreach (IdMapping line in namespaces.UidMap)
        {
            if (uid >= line.ContainerId && uid - line.ContainerId < line.Size)
            {
                return line.HostId + (uid - line.ContainerId);
            }
        }

        return null;
    }
}
