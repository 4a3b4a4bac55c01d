// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Engine.Parent;

/// <summary>What the command line of create and run says.</summary>
public sealed record LaunchOptions
{
    public required string Id { get; init; }

    /// <summary>Absolute.</summary>
    public required string Bundle { get; init; }

    /// <summary>config.json as it was read: the container keeps a copy.</summary>
    public required ReadOnlyMemory<byte> Config { get; init; }

    public string? PidFile { get; init; }
    public string? ConsoleSocket { get; init; }
    public string? PidfdSocket { get; init; }
    /// <summary>--cgroup-manager disabled: the container stays in the runtime's own control group, without limits.</summary>
    public bool NoCgroup { get; init; }

    public bool NoPivot { get; init; }
    public bool NoNewKeyring { get; init; }
    /// <summary>How many descriptors from 3 on the program inherits, those of a service manager among them.</summary>
    public int PreserveFds { get; init; }
    /// <summary>How many descriptors from 3 on, of those to preserve, are sockets for the program to serve. sd_listen_fds(3).</summary>
    public int ListenCount { get; init; }

    /// <summary>Their names, with colons in between; null: none.</summary>
    public string? ListenNames { get; init; }

    /// <summary>Where a service manager waits to hear that the container is ready; null: nobody does. sd_notify(3).</summary>
    public string? NotifySocket { get; init; }

    public bool Detach { get; init; }
    public bool Keep { get; init; }
    public bool NoSubreaper { get; init; }
}
