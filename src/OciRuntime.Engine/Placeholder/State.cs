// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Engine.State;

public sealed class StateStore(string root)
{
    public string Root { get; } = root;
}

public enum ContainerStatus
{
    Creating,
    Created,
    Running,
    Paused,
    Stopped,
}

public sealed record ContainerRecord
{
    public required string Id { get; init; }
    public int Pid { get; init; }
    public required string Bundle { get; init; }
    public required string Rootfs { get; init; }
    public required string Created { get; init; }
    public uint OwnerUid { get; init; }
    public required string OciVersion { get; init; }
    public ImmutableArray<KeyValuePair<string, string>> Annotations { get; init; } = [];
}

public sealed record ContainerSnapshot(ContainerRecord Record, ContainerStatus Status)
{
    public int Pid => Status is ContainerStatus.Stopped or ContainerStatus.Creating ? 0 : Record.Pid;

    public string StatusName => Status == ContainerStatus.Running ? "running" : "stopped";
}

public static class StateJson
{
    public static void WriteState(IBufferWriter<byte> to, ContainerSnapshot snapshot) => throw new InvalidOperationException();

    public static void WriteList(IBufferWriter<byte> to, ImmutableArray<ContainerSnapshot> snapshots, Func<uint, string> ownerOf) =>
        to.Write("null\n"u8);
}
