// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace OciRuntime.Guest;

/// <summary>What the process itself was given.</summary>
internal static class ProcessFacts
{
    // Order of the numbers of RLIMIT_*, getrlimit(2).
    private static readonly string[] s_limits =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC", "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ];

    private static readonly string[] s_capabilitySets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];

    internal static void Identity(Utf8JsonWriter json)
    {
        Dictionary<string, string> status = StatusFields();
        json.WriteStartObject();
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteNumber("uid", long.Parse(Words(status, "Uid")[1]));
        json.WriteNumber("gid", long.Parse(Words(status, "Gid")[1]));
        json.WriteStartArray("groups");
        foreach (string group in Words(status, "Groups"))
        {
            json.WriteNumberValue(long.Parse(group));
        }

        json.WriteEndArray();
        json.WriteString("umask", status["Umask"]);
        json.WriteString("cwd", Environment.CurrentDirectory);
        json.WriteStartArray("argv");
        foreach (string word in Report.Lines("/proc/self/cmdline", '\0'))
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
        json.WriteString("noNewPrivs", status["NoNewPrivs"]);
        json.WriteString("seccomp", status["Seccomp"]);
        json.WriteString("oomScoreAdj", string.Concat(Report.Lines("/proc/self/oom_score_adj")));
        json.WriteEndObject();
    }

    /// <summary>/proc/self/status as it stands. The .NET runtime has changed SigIgn and SigCgt by now.</summary>
    internal static void Status(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach ((string name, string value) in StatusFields())
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    internal static void Capabilities(Utf8JsonWriter json)
    {
        Dictionary<string, string> status = StatusFields();
        json.WriteStartObject();
        foreach (string set in s_capabilitySets)
        {
            json.WriteString(set, status[set]);
        }

        json.WriteEndObject();
    }

    internal static void Rlimits(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        for (int resource = 0; resource < s_limits.Length; resource++)
        {
            if (Native.GetRlimit(resource, out Native.Rlimit limit) == 0)
            {
                json.WriteStartObject(s_limits[resource]);
                json.WriteNumber("soft", limit.Soft);
                json.WriteNumber("hard", limit.Hard);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
    }

    /// <summary>
    /// Number → target of each descriptor that came with execve: one that the runtime in this process opened since is close-on-exec,
    /// and one that came can't be.
    /// </summary>
    internal static void Descriptors(Utf8JsonWriter json)
    {
        List<int> inherited = [];
        foreach (string link in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            string name = Path.GetFileName(link);
            if (int.TryParse(name, out int number) && !IsCloseOnExec(number))
            {
                inherited.Add(number);
            }
        }

        inherited.Sort();
        json.WriteStartObject();
        foreach (int number in inherited)
        {
            json.WriteString(number.ToString(), new FileInfo($"/proc/self/fd/{number}").LinkTarget);
        }

        json.WriteEndObject();
    }

    // Not from fdinfo: its flags are also those that the file was opened with. A descriptor that has gone by now was that of the directory.
    private static bool IsCloseOnExec(int number) => Native.DescriptorFlags(number, Native.GetDescriptorFlags) is -1 or Native.CloseOnExec;

    internal static void Terminals(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        for (int fd = 0; fd <= 2; fd++)
        {
            json.WriteStartObject();
            bool isTerminal = Native.IsATty(fd) == 1;
            json.WriteBoolean("isatty", isTerminal);
            if (isTerminal && Native.WindowSize(fd, Native.GetWindowSize, out Native.WinSize size) == 0)
            {
                json.WriteNumber("rows", size.Rows);
                json.WriteNumber("columns", size.Columns);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static Dictionary<string, string> StatusFields()
    {
        Dictionary<string, string> fields = [];
        foreach (string line in Report.Lines("/proc/self/status"))
        {
            string[] parts = line.Split(':', 2);
            fields[parts[0]] = parts[1].Trim();
        }

        return fields;
    }

    private static string[] Words(Dictionary<string, string> fields, string name) =>
        fields[name].Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
}
