// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>What execve takes, in memory that does not move: made before clone.</summary>
internal sealed record ProgramStart
{
    public required ProcessPlan Process { get; init; }
    public required ArgumentBlock Argv { get; init; }

    /// <summary>With room for HOME.</summary>
    public required ArgumentBlock Envp { get; init; }

    public static ProgramStart Of(ProcessPlan process) => new()
    {
        Process = process,
        Argv = new ArgumentBlock(process.Args),
        Envp = new ArgumentBlock(process.Env, HomeVariable.SpareSize),
    };
}
