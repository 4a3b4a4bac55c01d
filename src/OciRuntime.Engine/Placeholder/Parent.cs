// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Engine.State;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

public sealed record LaunchOptions
{
    public required string Id { get; init; }
    public required string Bundle { get; init; }
    public required ReadOnlyMemory<byte> Config { get; init; }
    public string? PidFile { get; init; }
    public string? ConsoleSocket { get; init; }
    public string? PidfdSocket { get; init; }
    public bool NoPivot { get; init; }
    public bool NoNewKeyring { get; init; }
    public int PreserveFds { get; init; }
    public bool Detach { get; init; }
    public bool Keep { get; init; }
    public bool NoSubreaper { get; init; }
}

public static class ContainerLauncher
{
    public static void Create(StateStore store, LaunchOptions options, ContainerPlan plan) => throw new InvalidOperationException();

    public static int Run(StateStore store, LaunchOptions options, ContainerPlan plan) => throw new InvalidOperationException();
}

public static class ContainerStarter
{
    public static void Start(StateStore store, string id, HooksPlan hooks) => throw new InvalidOperationException();
}

public static class ContainerSignaller
{
    public static void Kill(StateStore store, string id, int signal, bool all) => throw new InvalidOperationException();
}

public static class ContainerRemover
{
    public static void Delete(StateStore store, string id, bool force, HooksPlan hooks) => throw new InvalidOperationException();
}

public static class ContainerQueries
{
    public static ContainerSnapshot Get(StateStore store, string id) => throw new ContainerException("container does not exist");

    public static ImmutableArray<ContainerSnapshot> List(StateStore store) => [];

    public static byte[] ReadConfig(StateStore store, string id) => throw new ContainerException("container does not exist");
}
