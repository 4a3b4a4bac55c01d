// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;

namespace OciRuntime.Cli.Commands;

/// <summary>What <c>create</c> and <c>run</c> have in common: a bundle becomes a container.</summary>
internal abstract class BundleVerb : Verb
{
    private readonly Option<string> _bundle = Flags.Value("--bundle", "DIR", "folder of the bundle (default: the current one)", "-b");
    private readonly Option<string> _config = Flags.Value("--config", "FILE", "read this instead of the bundle's config.json", "-f");
    private readonly Option<string> _consoleSocket = Flags.Value("--console-socket", "PATH", "socket that gets the terminal's descriptor");
    private readonly Option<string> _pidfdSocket = Flags.Value("--pidfd-socket", "PATH", "socket that gets the first process's pidfd");
    private readonly Option<string> _pidFile = Flags.Value("--pid-file", "FILE", "write the first process's id here");
    private readonly Option<string> _preserveFds = Flags.Value("--preserve-fds", "N", "pass N descriptors on, beside the standard ones");
    private readonly Option<bool> _noPivot = Flags.Switch("--no-pivot", "don't use pivot_root(2): for a root file system on a ramdisk");
    private readonly Option<bool> _noNewKeyring = Flags.Switch("--no-new-keyring", "keep the caller's session keyring");

    protected BundleVerb(string name, string description)
        : base(name, description)
    {
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });
        Options.Add(_bundle);
        Options.Add(_config);
        Options.Add(_consoleSocket);
        Options.Add(_pidfdSocket);
        Options.Add(_pidFile);
        Options.Add(_preserveFds);
        Options.Add(_noPivot);
        Options.Add(_noNewKeyring);
    }

    internal sealed override (int Minimum, int Maximum) Positionals => (1, 1);

    private protected BundleConfig ReadBundle(Invocation call)
    {
        BundleConfig bundle = BundleConfig.Read(call.Arguments.ValueOf(_bundle), call.Arguments.ValueOf(_config), call.Global.CgroupManager);
        call.Log.Debug($"{bundle.Folder}: the config is read and compiled");
        if (bundle.Plan.Seccomp is { } seccomp)
        {
            // runc's words, by which its clients see what was asked for.
            call.Log.Debug($"seccomp filter flags: {(uint)seccomp.Flags}");
        }

        foreach (string warning in bundle.Plan.Warnings)
        {
            call.Log.Warning(warning);
        }

        if (call.Global.CgroupManager == CgroupManager.Disabled && bundle.Plan.Cgroup.HasLimits)
        {
            call.Log.Warning("ignoring the limits of linux.resources: --cgroup-manager disabled makes no cgroup");
        }

        return bundle;
    }

    private protected LaunchOptions ReadOptions(Invocation call, BundleConfig bundle) => new()
    {
        Id = call.Id,
        Bundle = bundle.Folder,
        Config = bundle.Bytes,
        PidFile = call.Arguments.ValueOf(_pidFile),
        ConsoleSocket = call.Arguments.ValueOf(_consoleSocket),
        PidfdSocket = call.Arguments.ValueOf(_pidfdSocket),
        NoCgroup = call.Global.CgroupManager == CgroupManager.Disabled,
        NoPivot = call.Arguments.IsOn(_noPivot),
        NoNewKeyring = call.Arguments.IsOn(_noNewKeyring),
        PreserveFds = checked(ServiceVariables.ListenCount + Flags.DescriptorCount(call.Arguments.ValueOf(_preserveFds))),
        ListenCount = ServiceVariables.ListenCount,
        ListenNames = ServiceVariables.ListenNames,
        NotifySocket = ServiceVariables.NotifySocket,
    };
}
