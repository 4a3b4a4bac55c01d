// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Text;
using System.Text.Json;

namespace OciRuntime.Guest;

/// <summary>Where the process is: namespaces, cgroups, host name.</summary>
internal static class HostFacts
{
    private static readonly string[] s_namespaces = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

    internal static void Namespaces(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (string name in s_namespaces)
        {
            // "mnt:[4026531840]": the link's text, not a path.
            if (new FileInfo($"/proc/self/ns/{name}").LinkTarget is { } target)
            {
                json.WriteString(name, target);
            }
        }

        json.WriteEndObject();
    }

    internal static void Cgroups(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (string line in Report.Lines("/proc/self/cgroup"))
        {
            string[] parts = line.Split(':', 3);
            json.WriteStartObject();
            json.WriteString("controllers", parts[1]);
            json.WriteString("path", parts[2]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static unsafe void Hostname(Utf8JsonWriter json)
    {
        byte* name = stackalloc byte[256];
        json.WriteStringValue(Native.GetHostName(name, 256) == 0 ? Encoding.UTF8.GetString(MemoryUpTo(name)) : string.Empty);
    }

    private static unsafe System.ReadOnlySpan<byte> MemoryUpTo(byte* text) =>
        System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
}
