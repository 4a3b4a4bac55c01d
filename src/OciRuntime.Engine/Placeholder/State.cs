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
    public string Id { get; init; } = "";
    public int Pid { get; init; }
    public string Bundle { get; init; } = "";
    public string Rootfs { get; init; } = "";
    public string Created { get; init; } = "";
    public uint OwnerUid { get; init; }
    public string OciVersion { get; init; } = "";
    public ImmutableArray<KeyValuePair<string, string>> Annotations { get; init; } = [];
}

public sealed record ContainerSnapshot(ContainerRecord Record, ContainerStatus Status);

public static class StateJson
{
    public static void WriteState(IBufferWriter<byte> output, ContainerSnapshot snapshot, bool list, string owner) =>
        throw new InvalidOperationException();
}
