// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;

namespace OciRuntime.Cli.Parsing;

/// <summary><c>ocirun</c> itself: the flags before the command. Those of runc and crun, by their names there.</summary>
internal sealed class RootVerb : Command
{
    internal const string ProgramName = "ocirun";

    internal Option<string> Root { get; } = Flags.Value("--root", "DIR", "folder of the containers' state (default /run/ocirun)");
    internal Option<string> Log { get; } = Flags.Value("--log", "FILE", "append errors to this file, beside standard error");
    internal Option<string> LogFormat { get; } = Flags.Value("--log-format", "FORMAT", "text (default) or json");
    internal Option<string> LogLevel { get; } = Flags.Value("--log-level", "LEVEL", "debug, info, warning or error (default)");
    internal Option<bool> Debug { get; } = Flags.Switch("--debug", "the same as --log-level debug");
    internal Option<bool> SystemdCgroup { get; } = Flags.Switch("--systemd-cgroup", "the same as --cgroup-manager systemd");
    internal Option<string> CgroupManager { get; } = Flags.Value("--cgroup-manager", "NAME", "cgroupfs (default), systemd or disabled");
    internal Option<string> Rootless { get; } = Flags.Value("--rootless", "BOOL", "understood for runc's callers, and without effect");
    internal Option<bool> Version { get; } = Flags.Switch("--version", "print the version", "-v");
    internal Option<bool> Help { get; } = Flags.Help();

    internal RootVerb()
        : base(ProgramName, "Open Container Initiative runtime")
    {
        Options.Add(Root);
        Options.Add(Log);
        Options.Add(LogFormat);
        Options.Add(LogLevel);
        Options.Add(Debug);
        Options.Add(SystemdCgroup);
        Options.Add(CgroupManager);
        Options.Add(Rootless);
        Options.Add(Version);
        Options.Add(Help);
    }
}
