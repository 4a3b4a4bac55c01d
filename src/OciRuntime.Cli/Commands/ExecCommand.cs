// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using OciRuntime.Cli.Config;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;
using OciRuntime.Plan;

namespace OciRuntime.Cli.Commands;

internal sealed class ExecCommand : Verb
{
    private readonly Option<string> _process = Flags.Value("--process", "FILE", "a process as in config.json, instead of a command", "-p");
    private readonly Option<string> _cwd = Flags.Value("--cwd", "DIR", "working directory in the container");
    private readonly Option<string[]> _env = Flags.Values("--env", "NAME=VALUE", "add to the environment (repeatable)", "-e");
    private readonly Option<bool> _tty = Flags.Switch("--tty", "give it a terminal", "-t");
    private readonly Option<string> _user = Flags.Value("--user", "UID[:GID]", "run as this user", "-u");
    private readonly Option<string[]> _gids = Flags.Values("--additional-gids", "GID", "add a group (repeatable)", "-g");
    private readonly Option<string[]> _caps = Flags.Values("--cap", "NAME", "add a capability (repeatable)", "-c");
    private readonly Option<string> _noNewPrivs = Flags.SwitchOrNot("--no-new-privs", "set no_new_privs");
    private readonly Option<string> _apparmor = Flags.Value("--apparmor", "PROFILE", "AppArmor profile");
    private readonly Option<string> _label = Flags.Value("--process-label", "LABEL", "SELinux label");
    private readonly Option<bool> _detach = Flags.Switch("--detach", "return when the program runs", "-d");
    private readonly Option<string> _pidFile = Flags.Value("--pid-file", "FILE", "write the process's id here");
    private readonly Option<string> _consoleSocket = Flags.Value("--console-socket", "PATH", "socket that gets the terminal's descriptor");
    private readonly Option<string> _pidfdSocket = Flags.Value("--pidfd-socket", "PATH", "socket that gets the process's pidfd");
    private readonly Option<string> _preserveFds = Flags.Value("--preserve-fds", "N", "pass N descriptors on, beside the standard ones");
    private readonly Option<string[]> _cgroups = Flags.Values("--cgroup", "[CONTROLLERS:]PATH", "a cgroup below the container's (repeatable)");
    private readonly Option<bool> _ignorePaused = Flags.Switch("--ignore-paused", "also in a paused container");

    internal ExecCommand()
        : base("exec", "run another program in a container")
    {
        Arguments.Add(new Argument<string>("container-id") { Description = IdDescription });
        Arguments.Add(new Argument<string[]>("command") { Description = "the program and its arguments; none with --process" });
        foreach (Option option in (ReadOnlySpan<Option>)
            [_process, _cwd, _env, _tty, _user, _gids, _caps, _noNewPrivs, _apparmor, _label, _detach, _pidFile, _consoleSocket, _pidfdSocket,
                _preserveFds, _cgroups, _ignorePaused])
        {
            Options.Add(option);
        }
    }

    internal override (int Minimum, int Maximum) Positionals => (1, int.MaxValue);

    internal override bool StopsAtWord => true;

    // So that it can't be taken for a status of the program, as far as that is possible (anchors B.3).
    internal override int FailureStatus => 255;

    internal override string FailurePrefix => "exec failed: ";

    internal override int Run(Invocation call)
    {
        ParseResult arguments = call.Arguments;
        StateStore store = new(call.Global.Root);
        ContainerRecord record = ContainerExec.Check(store, call.Id, arguments.IsOn(_ignorePaused));
        ExecPlan plan = arguments.ValueOf(_process) is { } file
            ? ExecProcess.CompileFile(store, call.Id, file)
            : ReadProcess(call).Compile(store, call.Id);
        foreach (string warning in plan.Warnings)
        {
            call.Log.Warning(warning);
        }

        if (!plan.Process.ExecAffinity.Initial.IsEmpty)
        {
            // runc's form: its tests look for it.
            call.Log.Debug($"nsexec: affinity: 0x{HexOf(plan.Process.ExecAffinity.Initial)}");
        }

        return ContainerExec.Run(record, ReadOptions(arguments), plan);
    }

    private static string HexOf(ImmutableArray<ulong> mask)
    {
        string text = mask[^1].ToString("x", CultureInfo.InvariantCulture);
        for (int i = mask.Length - 2; i >= 0; i--)
        {
            text += mask[i].ToString("x16", CultureInfo.InvariantCulture);
        }

        return text;
    }

    private ExecProcess ReadProcess(Invocation call)
    {
        ParseResult arguments = call.Arguments;
        if (call.Words.Count < 2)
        {
            throw new CommandException("exec args cannot be empty", "name a command behind the container's id, or give --process FILE");
        }

        ImmutableArray<string> words = [.. call.Words];
        return new ExecProcess
        {
            Args = words.RemoveAt(0),
            Env = arguments.ValuesOf(_env),
            Cwd = arguments.ValueOf(_cwd),
            Terminal = arguments.IsOn(_tty),
            User = arguments.ValueOf(_user),
            AdditionalGids = arguments.ValuesOf(_gids),
            Capabilities = arguments.ValuesOf(_caps),
            NoNewPrivileges = arguments.ValueOf(_noNewPrivs) is { } text ? text == "true" : null,
            ProcessLabel = arguments.ValueOf(_label),
            AppArmor = arguments.ValueOf(_apparmor),
        };
    }

    private ExecOptions ReadOptions(ParseResult arguments) => new()
    {
        PidFile = arguments.ValueOf(_pidFile),
        ConsoleSocket = arguments.ValueOf(_consoleSocket),
        PidfdSocket = arguments.ValueOf(_pidfdSocket),
        PreserveFds = Flags.DescriptorCount(arguments.ValueOf(_preserveFds)),
        Detach = arguments.IsOn(_detach),
        IgnorePaused = arguments.IsOn(_ignorePaused),
        SubCgroups = ReadCgroups(arguments.ValuesOf(_cgroups)),
    };

    private static ImmutableArray<SubCgroup> ReadCgroups(ImmutableArray<string> texts)
    {
        ImmutableArray<SubCgroup>.Builder groups = ImmutableArray.CreateBuilder<SubCgroup>();
        ImmutableArray<string> seen = [];
        foreach (string text in texts)
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            string controllers = colon < 0 ? "" : text[..colon];
            if (colon < 0 && texts.Length > 1)
            {
                throw new CommandException($"invalid --cgroup argument: {text} (missing <controller>: prefix)");
            }

            foreach (string controller in controllers.Split(','))
            {
                if (colon >= 0 && controller.Length == 0)
                {
                    throw new CommandException($"invalid --cgroup argument: {text} (empty <controller> prefix)");
                }

                if (seen.Contains(controller))
                {
                    throw new CommandException($"invalid --cgroup argument(s): controller {controller} specified multiple times");
                }

                seen = seen.Add(controller);
            }

            groups.Add(new SubCgroup(controllers, text[(colon + 1)..]));
        }

        return groups.DrainToImmutable();
    }
}
