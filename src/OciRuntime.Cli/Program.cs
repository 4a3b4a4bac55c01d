// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Cli.Parsing;
using OciRuntime.Engine;
using OciRuntime.Linux;

namespace OciRuntime.Cli;

internal static class Program
{
    internal static int Main(string[] argv)
    {
        StartHook.Restore();

        // waitid(2): children of a process that ignores SIGCHLD, as a caller may have made us, vanish instead of telling how they ended.
        Signals.ResetDisposition(Signum.SIGCHLD);
        Log log = Log.ToStandardError();
        try
        {
            Invocation call = Invocation.Parse(argv);
            log = Log.Open(call.Global.Log);
            return Dispatch(call with { Log = log });
        }
        catch (Exception exception)
        {
            Report(log, exception);
            return ExitCode.Failure;
        }
    }

    private static int Dispatch(Invocation call)
    {
        if (call.Problem is not null)
        {
            Output.Write($"Incorrect Usage.\n\n{HelpText.Of(call.Verb?.Name)}");
            throw new CommandException(call.Problem);
        }

        if (call.Global.Problem is not null)
        {
            throw new CommandException(call.Global.Problem);
        }

        if (call.VersionAsked)
        {
            Output.Write(VersionText.Lines);
            return ExitCode.Success;
        }

        if (call.HelpAsked || call.Verb is null)
        {
            Output.Write(HelpText.Of(call.Verb?.Name));
            return ExitCode.Success;
        }

        call.Log.Debug($"{BuildFacts.Version}: {call.Verb.Name} {string.Join(' ', call.Words)}: state is in {call.Global.Root}");
        try
        {
            return call.Verb.Run(call);
        }
        catch (Exception exception)
        {
            Report(call.Log, exception, call.Verb.FailurePrefix);
            return call.Verb.FailureStatus;
        }
    }

    /// <summary>The only place that makes a message of a failure.</summary>
    private static void Report(Log log, Exception exception, string prefix = "")
    {
        switch (exception)
        {
            case InvalidConfigException invalid:
                log.Error($"{prefix}{invalid.Message}", Lines(invalid));
                break;
            case CommandException { Hint: { } hint }:
                log.Error($"{prefix}{exception.Message}", [$"{prefix}{exception.Message}", hint]);
                break;
            case CommandException or ContainerException or LinuxException:
                log.Error($"{prefix}{exception.Message}");
                break;
            default:
                log.Error($"{prefix}internal error: {exception.GetType().Name}: {exception.Message}");
                break;
        }
    }

    private static string[] Lines(InvalidConfigException invalid)
    {
        string[] lines = new string[invalid.Errors.Count];
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = $"{invalid.File}: {invalid.Errors[i]}";
        }

        return lines;
    }
}
