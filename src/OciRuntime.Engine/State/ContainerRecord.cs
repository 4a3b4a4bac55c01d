// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Engine.State;

/// <summary>What a container's state folder says of it: written by create, read by every other command.</summary>
public sealed record ContainerRecord
{
    public required string Id { get; init; }
    public required string OciVersion { get; init; }

    /// <summary>Of the container's first process, in the runtime's PID namespace; 0 until hooks of the runtime's are to run or create is done.</summary>
    public int Pid { get; init; }

    /// <summary>Field 22 of <c>/proc/PID/stat</c>: with the pid it names one process for good.</summary>
    public ulong StartTime { get; init; }

    /// <summary>False while create is at work, or if it was killed.</summary>
    public bool IsCreated { get; init; }

    /// <summary>False where config.json has no process: such a container can't be started.</summary>
    public bool HasProcess { get; init; }

    /// <summary>--no-new-keyring: an exec keeps its caller's session keyring, too.</summary>
    public bool NoNewKeyring { get; init; }

    public required string Bundle { get; init; }
    public required string Rootfs { get; init; }

    /// <summary>RFC 3339 with nanoseconds, UTC.</summary>
    public required string Created { get; init; }

    public uint OwnerUid { get; init; }
    public ImmutableArray<KeyValuePair<string, string>> Annotations { get; init; } = [];

    /// <summary>The scope whose control group it is, with the systemd driver.</summary>
    public string? SystemdUnit { get; init; }

    /// <summary>Whether that scope is of the user's systemd, not the system's.</summary>
    public bool IsSystemdUser { get; init; }
    /// <summary>Whether the container has a PID namespace of its own, in which the end of the first process is the end of all.</summary>
    public bool HasPidNamespace { get; init; } = true;

    /// <summary>The absolute folders of the container's control group, one a hierarchy.</summary>
    public ImmutableArray<string> CgroupFolders { get; init; } = [];

    /// <summary>What each of the folders' hierarchies has: <c>cpu,cpuacct</c>; empty for version 2.</summary>
    public ImmutableArray<string> CgroupControllers { get; init; } = [];

    /// <summary>Folders above them that create made, the deepest first: delete removes them if they are empty.</summary>
    public ImmutableArray<string> CgroupParents { get; init; } = [];

    /// <summary>The folders of the resctrl file system whose tasks the container's processes are.</summary>
    public ImmutableArray<string> ResctrlFolders { get; init; } = [];

    /// <summary>Those of its folders that delete removes, the deepest first.</summary>
    public ImmutableArray<string> ResctrlMade { get; init; } = [];
}

/// <summary>runtime.md, "State", and <c>paused</c>, which every peer has.</summary>
public enum ContainerStatus
{
    Creating,
    Created,
    Running,
    Paused,
    Stopped,
}

/// <summary>A container as it is at this moment.</summary>
public sealed record ContainerSnapshot(ContainerRecord Record, ContainerStatus Status)
{
    /// <summary>0 where no process is there any more, or not yet.</summary>
    public int Pid => Status is ContainerStatus.Stopped or ContainerStatus.Creating ? 0 : Record.Pid;

    public string StatusName => NameOf(Status);

    public static string NameOf(ContainerStatus status) => status switch
    {
        ContainerStatus.Creating => "creating",
        ContainerStatus.Created => "created",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        _ => "stopped",
    };
}
