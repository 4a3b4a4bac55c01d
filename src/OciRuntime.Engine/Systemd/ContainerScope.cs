// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Engine.Cgroups;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;

namespace OciRuntime.Engine.Systemd;

/// <summary>The name and the place of a container's scope, known before it is there.</summary>
internal static class ContainerScope
{
    public static string UnitOf(SystemdPlan plan, string id) => plan.Unit ?? UnitName.OfContainer(id);

    /// <summary>The folder that systemd will make for it, in each hierarchy.</summary>
    public static CgroupPlacement Choose(CgroupLayout layout, SystemdPlan plan, string id)
    {
        string manager = "";
        if (plan.IsUser)
        {
            // The system's manager is at the top, a user's where that one has put it: /user.slice/user-1000.slice/user@1000.service.
            using BusConnection bus = BusConnection.Open(isUser: true);
            manager = bus.ManagerProperty("ControlGroup", "asking the user's systemd for its cgroup").TrimEnd('/');
        }

        return CgroupPlacement.Choose(layout, $"{manager}{plan.SlicePath}/{UnitName.Folder(UnitOf(plan, id))}", id);
    }
}
