// SPDX-License-Identifier: Apache-2.0
using System;
using System.ComponentModel;
using System.IO;
using Microsoft.Win32.SafeHandles;

namespace OciRuntime.Bench;

/// <summary>The process that starts the runtimes: the first of its PID namespace, so that whatever they leave ends with it.</summary>
internal static class WorkerLoop
{
    internal const string Timed = "timed";
    internal const string Detached = "detached";

    /// <summary>One request a line, one answer a line: how, then the arguments; an <see cref="Outcome"/>.</summary>
    internal static int Run(string logPath)
    {
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using SafeFileHandle log = File.OpenHandle(logPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        Launcher launcher = new((int)nothing.DangerousGetHandle(), (int)log.DangerousGetHandle());
        using StreamReader requests = new(Console.OpenStandardInput());
        using StreamWriter answers = new(Console.OpenStandardOutput()) { AutoFlush = true };
        while (requests.ReadLine() is string request)
        {
            answers.WriteLine(Answer(launcher, request.Split('\t'), log, logPath).ToLine());
        }

        return 0;
    }

    private static Outcome Answer(Launcher launcher, string[] request, SafeFileHandle log, string logPath)
    {
        // A file, not a pipe: a created container keeps it open.
        RandomAccess.SetLength(log, 0);
        _ = Native.Seek((int)log.DangerousGetHandle(), 0, 0);
        try
        {
            Outcome outcome = request[0] == Timed ? launcher.Run(request[1..]) : launcher.RunDetached(request[1..]);
            return outcome with { Text = FirstLine(logPath) };
        }
        catch (Win32Exception e)
        {
            return new Outcome(127, 0, 0, $"{request[1]}: {e.Message}");
        }
    }

    private static string FirstLine(string path)
    {
        foreach (string line in File.ReadLines(path))
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                return line.Trim().Replace('\t', ' ');
            }
        }

        return string.Empty;
    }
}
