// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>create and run.</summary>
public static class ContainerLauncher
{
    /// <summary>Creates the container: its process waits for start.</summary>
    /// <exception cref="ContainerException">Nothing is left of it.</exception>
    public static void Create(StateStore store, LaunchOptions options, ContainerPlan plan)
    {
        using Launch launch = Launch.Create(store, options with { Detach = true }, plan, andStart: false);
    }

    /// <summary>Creates and starts the container and, in the foreground, stays with it until it ends and removes it.</summary>
    /// <param name="warnings">What went wrong with poststop hooks, or with telling a service manager; empty if nothing did.</param>
    /// <returns>0 for a detached container, else the status of its program: 128 + n if signal n killed it.</returns>
    public static int Run(StateStore store, LaunchOptions options, ContainerPlan plan, out string warnings)
    {
        if (plan.Process is null)
        {
            throw new ContainerException("running the container: config.json has no \"process\" (/process)");
        }

        if (options.Detach)
        {
            using Launch launch = Launch.Create(store, options, plan, andStart: true);
            launch.Start();
            warnings = "";
            if (launch.Readiness is { } readiness)
            {
                launch.Folder.Unlock();
                warnings = readiness.Await(launch.PidFd, launch.Record.Pid);
            }

            return 0;
        }

        // A signal that comes while the container is being made waits here, and is then the container's. To the end of the program: one that
        // comes too late for the container must not take its status away.
        _ = Signals.SetMask(Signals.AllButFaults);
        return RunInForeground(store, options, plan, out warnings);
    }

    private static int RunInForeground(StateStore store, LaunchOptions options, ContainerPlan plan, out string warnings)
    {
        // Before the child is there, so that no orphan of the container gets past us.
        if (!options.NoSubreaper)
        {
            Processes.Control(ProcessControl.PR_SET_CHILD_SUBREAPER, 1);
        }

        using Launch launch = Launch.Create(store, options, plan, andStart: true);
        launch.Start();
        launch.Folder.Unlock();
        int status = Foreground.StatusOf(Foreground.Attend(launch.PidFd, launch.Record.Pid, launch.Relay, launch.Readiness));
        warnings = launch.Readiness?.Trouble ?? "";
        warnings += options.Keep ? "" : ContainerRemover.RemoveEnded(launch.Folder, launch.Record, plan.Hooks);
        return status;
    }
}
