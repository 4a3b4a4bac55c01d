// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;

namespace OciRuntime.Cli.Commands;

internal sealed class RunCommand : BundleVerb
{
    private readonly Option<bool> _detach = Flags.Switch("--detach", "return when the program runs", "-d");
    private readonly Option<bool> _keep = Flags.Switch("--keep", "don't delete the container after it has ended");
    private readonly Option<bool> _noSubreaper = Flags.Switch("--no-subreaper", "don't adopt orphans of the container");

    internal RunCommand()
        : base("run", "create a container, start it, and wait for its end")
    {
        Options.Add(_detach);
        Options.Add(_keep);
        Options.Add(_noSubreaper);
    }

    internal override int Run(Invocation call)
    {
        BundleConfig bundle = ReadBundle(call);
        LaunchOptions options = ReadOptions(call, bundle) with
        {
            Detach = call.Arguments.IsOn(_detach),
            Keep = call.Arguments.IsOn(_keep),
            NoSubreaper = call.Arguments.IsOn(_noSubreaper),
        };
        int status = ContainerLauncher.Run(new StateStore(call.Global.Root), options, bundle.Plan, out string warnings);
        call.Log.WarnUnlessEmpty(warnings);
        return status;
    }
}
