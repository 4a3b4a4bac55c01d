// SPDX-License-Identifier: Apache-2.0
using System.CommandLine;
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Plan;

namespace OciRuntime.Cli.Commands;

/// <summary><c>debug plan</c>: what would be done with a bundle, in which order.</summary>
internal sealed class DebugCommand : Verb
{
    private readonly Option<string> _bundle = Flags.Value("--bundle", "DIR", "folder of the bundle (default: the current one)", "-b");
    private readonly Option<string> _config = Flags.Value("--config", "FILE", "read this instead of the bundle's config.json", "-f");

    internal DebugCommand()
        : base("debug", "print what ocirun makes of a config.json")
    {
        Hidden = true;
        Arguments.Add(new Argument<string>("what") { Description = "plan" });
        Options.Add(_bundle);
        Options.Add(_config);
    }

    internal override (int Minimum, int Maximum) Positionals => (1, 1);

    internal override int Run(Invocation call)
    {
        if (call.Words[0] != "plan")
        {
            throw new CommandException($"cannot print \"{call.Words[0]}\": plan is what there is");
        }

        BundleConfig bundle = BundleConfig.Read(call.Arguments.ValueOf(_bundle), call.Arguments.ValueOf(_config), call.Global.CgroupManager);
        Output.Write(PlanText.Of(bundle.Plan));
        return ExitCode.Success;
    }
}
