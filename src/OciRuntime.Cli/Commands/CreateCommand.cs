// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;

namespace OciRuntime.Cli.Commands;

internal sealed class CreateCommand : BundleVerb
{
    internal CreateCommand()
        : base("create", "create a container, which waits for start")
    {
        // go-runc has one set of flags for create and run; crun's callers know the second. What they ask is what create does anyway.
        Options.Add(Flags.Hidden(Flags.Switch("--detach", "", "-d")));
        Options.Add(Flags.Hidden(Flags.Switch("--no-subreaper", "")));
    }

    internal override int Run(Invocation call)
    {
        BundleConfig bundle = ReadBundle(call);
        ContainerLauncher.Create(new StateStore(call.Global.Root), ReadOptions(call, bundle), bundle.Plan);
        return ExitCode.Success;
    }
}
