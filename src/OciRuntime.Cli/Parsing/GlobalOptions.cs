// SPDX-License-Identifier: Apache-2.0
using System;
using System.CommandLine;
using OciRuntime.Cli.Text;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Parsing;

/// <summary>What the flags before the command say.</summary>
internal sealed record GlobalOptions
{
    /// <summary>Absolute.</summary>
    internal required string Root { get; init; }

    /// <summary>Whether the root was named, not the default.</summary>
    internal required bool RootGiven { get; init; }

    internal required LogOptions Log { get; init; }
    internal required CgroupManager CgroupManager { get; init; }

    /// <summary>Null, or the first value that is wrong. Not thrown, so that it can be said in the log that the same flags name.</summary>
    internal required string? Problem { get; init; }

    internal static GlobalOptions Read(RootVerb flags, ParseResult arguments)
    {
        string? problem = null;
        string? root = arguments.ValueOf(flags.Root);
        string absoluteRoot = root is null ? DefaultRoot() : AbsolutePath.Of(root);
        if (absoluteRoot == "/")
        {
            problem = "Option --root argument should not be set to /";
        }

        if (arguments.ValueOf(flags.Rootless) is { } rootless && !IsRootlessValue(rootless))
        {
            problem ??= $"invalid value \"{rootless}\" for --rootless: true, false or auto";
        }

        LogOptions log = ReadLog(flags, arguments, ref problem);
        CgroupManager manager = ReadCgroupManager(flags, arguments, ref problem);
        return new GlobalOptions
        {
            Root = absoluteRoot,
            RootGiven = root is not null,
            Log = log,
            CgroupManager = manager,
            Problem = problem,
        };
    }

    internal static bool IsRootlessValue(string text) =>
        string.Equals(text, "auto", StringComparison.OrdinalIgnoreCase) || BooleanText.Parse(text) is not null;

    private static LogOptions ReadLog(RootVerb flags, ParseResult arguments, ref string? problem)
    {
        string? format = arguments.ValueOf(flags.LogFormat);
        if (format is not (null or "text" or "json"))
        {
            problem ??= $"invalid log-format: {format}";
        }

        LogLevel? level = arguments.ValueOf(flags.LogLevel) switch
        {
            null or "error"     => LogLevel.Error,
            "warning" or "warn" => LogLevel.Warning,
            "info"              => LogLevel.Info,
            "debug"             => LogLevel.Debug,
            _                   => null,
        };
        if (level is null)
        {
            problem ??= $"invalid log-level: {arguments.ValueOf(flags.LogLevel)}";
        }

        return new LogOptions
        {
            File = arguments.ValueOf(flags.Log),
            Json = format == "json",
            Level = arguments.IsOn(flags.Debug) ? LogLevel.Debug : level ?? LogLevel.Error,
        };
    }

    private static CgroupManager ReadCgroupManager(RootVerb flags, ParseResult arguments, ref string? problem)
    {
        string? name = arguments.ValueOf(flags.CgroupManager);
        switch (name)
        {
            case null or "cgroupfs":
                return arguments.IsOn(flags.SystemdCgroup) ? CgroupManager.Systemd : CgroupManager.Cgroupfs;
            case "systemd":
                return CgroupManager.Systemd;
            case "disabled":
                return CgroupManager.Disabled;
            default:
                problem ??= $"invalid value \"{name}\" for --cgroup-manager: cgroupfs, systemd or disabled";
                return CgroupManager.Cgroupfs;
        }
    }

    private static string DefaultRoot()
    {
        string? runtimeFolder = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return !string.IsNullOrEmpty(runtimeFolder) && HonoursRuntimeFolder() ? AbsolutePath.Of($"{runtimeFolder}/ocirun") : "/run/ocirun";
    }

    // As runc does: the host's root user has /run, whoever plays root in a user namespace has not.
    private static bool HonoursRuntimeFolder() =>
        Credentials.EffectiveUserId != 0
        || (Environment.GetEnvironmentVariable("USER") != "root" && HostProbe.IsInUserNamespace());
}

/// <summary>Who manages the container's control group.</summary>
internal enum CgroupManager
{
    Cgroupfs,
    Systemd,
    Disabled,
}
