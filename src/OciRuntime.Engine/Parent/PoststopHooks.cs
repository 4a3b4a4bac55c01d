// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Engine.Hooks;
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>runtime.md, "Lifecycle" 13: after the container is gone; a hook that fails is a warning, and the next one runs.</summary>
internal static class PoststopHooks
{
    /// <param name="folder">Where the hooks start; null: where the caller is.</param>
    /// <returns>The warnings; empty if there are none.</returns>
    public static string Run(HooksPlan hooks, ContainerRecord record, string? folder = null)
    {
        if (hooks.Poststop.IsEmpty)
        {
            return "";
        }

        HookMoment moment = new("poststop", record, ContainerStatus.Stopped, 0) { Folder = folder };
        byte[] state = moment.State();
        string warnings = "";
        for (int i = 0; i < hooks.Poststop.Length; i++)
        {
            try
            {
                OtherThreads.AwaitParked();
                HookRunner.Run(hooks.Poststop, i, moment, state);
            }
            catch (System.Exception e) when (e is ContainerException or LinuxException)
            {
                warnings = $"{warnings} (warning: {e.Message})";
            }
        }

        return warnings;
    }
}
