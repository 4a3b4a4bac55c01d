// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Text;
using OciRuntime.Abi;

namespace OciRuntime.Engine.Cgroups;

/// <summary>How often the kernel killed for want of memory in a control group. memory.events; memory.oom_control of version 1.</summary>
internal static class OomKills
{
    // Clients match these words: anchors B.5.
    private const string Words = "container init was OOM-killed (memory limit too low?)";

    private static ReadOnlySpan<byte> Key => "oom_kill "u8;

    /// <returns>0 also where there is no such group.</returns>
    public static long Count(ContainerCgroup cgroup)
    {
        if (cgroup.FolderOf("memory") is not { } folder)
        {
            return 0;
        }

        KernelString file = KernelString.Of(folder).Append(cgroup.IsVersion2 ? "memory.events"u8 : "memory.oom_control"u8);
        ReadOnlySpan<byte> text = WholeFile.TryRead(file.Span);
        int key = text.IndexOf(Key);
        return key >= 0 && Utf8Parser.TryParse(text[(key + Key.Length)..], out long count, out _) ? count : 0;
    }

    /// <summary>For the end of a message that the first process was killed.</summary>
    /// <param name="before">The count when nothing of the container was there yet.</param>
    public static string Reason(ContainerCgroup cgroup, long before) => Count(cgroup) > before ? $": {Words}" : "";
}
