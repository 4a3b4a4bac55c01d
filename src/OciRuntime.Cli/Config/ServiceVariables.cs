// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Config;

/// <summary>What a service manager tells the runtime by its environment, for the container. sd_notify(3), sd_listen_fds(3).</summary>
internal static class ServiceVariables
{
    /// <summary>Null: nobody waits for the container to be ready.</summary>
    internal static string? NotifySocket => Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } path ? path : null;

    /// <summary>Names of the descriptors below; null where they have none.</summary>
    internal static string? ListenNames => ListenCount == 0 ? null : Environment.GetEnvironmentVariable("LISTEN_FDNAMES");

    /// <summary>How many descriptors from 3 on are sockets that the program is to serve; 0 where they are meant for another process.</summary>
    internal static int ListenCount =>
        Read("LISTEN_PID") is { } pid && pid == Processes.Id && Read("LISTEN_FDS") is { } count ? count : 0;

    private static int? Read(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
