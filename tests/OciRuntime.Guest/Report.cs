// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections;
using System.IO;
using System.Text;
using System.Text.Json;

namespace OciRuntime.Guest;

/// <summary>One JSON object on standard output, one member per section: all of them, or those that are named.</summary>
internal static class Report
{
    private static readonly (string Name, Action<Utf8JsonWriter> Write)[] s_sections =
    [
        ("process", ProcessFacts.Identity),
        ("status", ProcessFacts.Status),
        ("capabilities", ProcessFacts.Capabilities),
        ("rlimits", ProcessFacts.Rlimits),
        ("env", Environment),
        ("descriptors", ProcessFacts.Descriptors),
        ("tty", ProcessFacts.Terminals),
        ("namespaces", HostFacts.Namespaces),
        ("cgroups", HostFacts.Cgroups),
        ("hostname", HostFacts.Hostname),
        ("mounts", FileFacts.Mounts),
        ("devices", FileFacts.Devices),
        ("paths", FileFacts.Paths),
    ];

    internal static int Write(string[] names)
    {
        using Stream output = Console.OpenStandardOutput();
        using (Utf8JsonWriter json = new(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach ((string name, Action<Utf8JsonWriter> write) in s_sections)
            {
                if (names.Length == 0 || Array.IndexOf(names, name) >= 0)
                {
                    json.WritePropertyName(name);
                    write(json);
                }
            }

            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        return 0;
    }

    private static void Environment(Utf8JsonWriter json)
    {
        // As the kernel holds it: order and duplicates are facts, too.
        json.WriteStartArray();
        foreach (string variable in Lines("/proc/self/environ", '\0'))
        {
            json.WriteStringValue(variable);
        }

        json.WriteEndArray();
    }

    /// <summary>The lines of a file of /proc: none where it can't be read.</summary>
    internal static string[] Lines(string path, char separator = '\n')
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path)).Split(separator, StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
