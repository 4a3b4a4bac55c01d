// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Mounting;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>What a plan gets if a service manager stands behind the runtime: variables of the program, and a way to say that it is ready.</summary>
internal static class ServicePlan
{
    // As with runc: programs and images know the place.
    private const string ContainerFolder = "/run/notify";
    private const string Origin = "NOTIFY_SOCKET";

    /// <param name="notifyFolder">Where the socket for the container will be; null: there is none.</param>
    public static ContainerPlan Extend(ContainerPlan plan, LaunchOptions options, string? notifyFolder)
    {
        if (notifyFolder is not null)
        {
            const MountAttr Attributes =
                MountAttr.MOUNT_ATTR_RDONLY | MountAttr.MOUNT_ATTR_NOSUID | MountAttr.MOUNT_ATTR_NODEV | MountAttr.MOUNT_ATTR_NOEXEC;
            MountStep folder = new MountStep.Bind(KernelString.Of(notifyFolder), KernelString.Of(ContainerFolder), false, Origin)
            {
                Attributes = new AttributeChange(Attributes, MountAttr.None),
            };
            plan = plan with { Mounts = plan.Mounts.Add(folder) };
            plan = WithVariable(plan, "NOTIFY_SOCKET", $"{ContainerFolder}/{State.ContainerFolder.NotifySocketName}");
        }

        if (options.ListenCount > 0)
        {
            plan = WithVariable(plan, "LISTEN_FDS", options.ListenCount.ToString(CultureInfo.InvariantCulture));
            plan = WithVariable(plan, "LISTEN_PID", "1");
            plan = options.ListenNames is { } names ? WithVariable(plan, "LISTEN_FDNAMES", names) : plan;
        }

        return plan;
    }

    private static ContainerPlan WithVariable(ContainerPlan plan, string name, string value)
    {
        if (plan.Process is not { } process)
        {
            return plan;
        }

        byte[] start = Encoding.UTF8.GetBytes(name + "=");
        ImmutableArray<KernelString> env = process.Env.RemoveAll(variable => variable.Text.StartsWith(start)).Add(KernelString.Of($"{name}={value}"));
        return plan with { Process = process with { Env = env } };
    }
}
