// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Engine.Hooks;
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>runtime.md, "Lifecycle" 13: after the container is gone; a hook that fails is a warning, and the next one runs.</summary>
internal static class PoststopHooks
{
    /// <returns>The warnings; empty if there are none.</returns>
    public static string Run(HooksPlan hooks, ContainerRecord record)
    {
        string warnings = "";
        foreach (HookPlan hook in hooks.Poststop)
        {
            try
            {
                OtherThreads.AwaitParked();
                HookRunner.RunAll([hook], "poststop", record, ContainerStatus.Stopped, 0, null);
            }
            catch (System.Exception e) when (e is ContainerException or LinuxException)
            {
                warnings = $"{warnings} (warning: {e.Message})";
            }
        }

        return warnings;
    }
}
