// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Hooks;

/// <summary>The point of a container's life at which hooks run, and what they find there.</summary>
/// <param name="Kind">The property of config.json: <c>createRuntime</c>.</param>
/// <param name="Pid">The container's first process, in the PID namespace of the hooks; 0: there is none.</param>
internal sealed record HookMoment(string Kind, ContainerRecord Record, ContainerStatus Status, int Pid)
{
    /// <summary>What a hook without <c>env</c> gets; null: nothing.</summary>
    public ArgumentBlock? Environment { get; init; }

    /// <summary>Whose user, groups, capabilities and folder the hooks get; null: the runtime's.</summary>
    public ProcessPlan? Process { get; init; }

    /// <summary>Of system calls, with <see cref="Process"/>; null: none.</summary>
    public SeccompPlan? Filter { get; init; }

    /// <summary>Where the hooks start; null: where the caller is.</summary>
    public string? Folder { get; init; }

    /// <summary>What each hook reads on its standard input.</summary>
    public byte[] State() => StateJson.ForHook(Record, Status, Pid);
}
