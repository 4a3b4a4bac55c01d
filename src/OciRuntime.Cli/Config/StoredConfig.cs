// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Engine;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;

namespace OciRuntime.Cli.Config;

/// <summary>The copy of config.json that create left in the state folder: the bundle's own may have changed, or gone.</summary>
internal static class StoredConfig
{
    internal static HooksPlan ReadHooks(StateStore store, string id) => ReadForStart(store, id).Hooks;

    /// <summary>The hooks, and the listener of the seccomp filter if it has one.</summary>
    internal static (HooksPlan Hooks, SeccompListenerPlan? Listener) ReadForStart(StateStore store, string id)
    {
        byte[] config = ContainerQueries.ReadConfig(store, id);
        if (config.Length == 0)
        {
            // No such container, or none that could be started: whoever works on it says which.
            return (new HooksPlan(), null);
        }

        List<SpecError> errors = [];
        RuntimeSpec? spec = SpecReader.Read(config, errors);
        if (spec is { Hooks: null, Linux: null or { Seccomp: null or { ListenerPath: null or "" } } })
        {
            return (new HooksPlan(), null);
        }

        // Absolute paths everywhere in hooks: the bundle's place does not matter to them.
        ContainerPlan? plan = spec is null ? null : PlanCompiler.Compile(spec, HostProbe.Read("/"), errors);
        return plan is null ? throw new InvalidConfigException($"the config of {id}", errors) : (plan.Hooks, plan.Seccomp?.Listener);
    }

    /// <summary>Of a container in any condition: what create has not finished, or somebody has damaged, must be deletable.</summary>
    internal static HooksPlan ReadHooksOfAny(StateStore store, string id)
    {
        try
        {
            return ReadHooks(store, id);
        }
        catch (Exception exception) when (exception is ContainerException or LinuxException or InvalidConfigException)
        {
            return new HooksPlan();
        }
    }
}
