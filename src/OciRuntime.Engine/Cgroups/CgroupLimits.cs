// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Cgroups;

/// <summary>Writes limits to the files of a control group, in the order of the plan.</summary>
internal static class CgroupLimits
{
    public static void Apply(ContainerCgroup cgroup, ImmutableArray<CgroupWrite> writes)
    {
        List<CgroupWrite> waiting = [];
        foreach (CgroupWrite write in writes)
        {
            Errno errno = TryWrite(cgroup, write);
            if (errno == Errno.EINVAL && write.CanWait)
            {
                waiting.Add(write);
            }
            else if (errno != 0)
            {
                throw Refused(cgroup, write, errno);
            }
        }

        ApplyWaiting(cgroup, waiting);
    }

    /// <summary>For a group in use: if one is refused, those before it get what they had, as far as one line says what that was.</summary>
    public static void Change(ContainerCgroup cgroup, ImmutableArray<CgroupWrite> writes)
    {
        List<CgroupWrite> before = [];
        foreach (CgroupWrite write in writes)
        {
            if (ReadValue(cgroup, write) is { } value)
            {
                before.Insert(0, write with { Value = value, IsOptional = true });
            }
        }

        try
        {
            Apply(cgroup, writes);
        }
        catch (LinuxException)
        {
            foreach (CgroupWrite write in before)
            {
                // What can't be set back now was not changed, or has lost its processes.
                _ = TryWrite(cgroup, write);
            }

            throw;
        }
    }

    /// <summary>The first line of a file; null where there is no such file.</summary>
    public static string? ReadLine(string folder, ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> text = WholeFile.TryRead(KernelString.Of(folder).Append(file).Span) ?? default(ReadOnlySpan<byte>);
        int end = text.IndexOf((byte)'\n');
        return end < 0 ? null : Encoding.UTF8.GetString(text[..end]);
    }

    // Again and again, as long as one more is taken each time: each may be what another one waits for.
    private static void ApplyWaiting(ContainerCgroup cgroup, List<CgroupWrite> waiting)
    {
        int before;
        do
        {
            before = waiting.Count;
            for (int i = before - 1; i >= 0; i--)
            {
                Errno errno = TryWrite(cgroup, waiting[i]);
                if (errno == 0)
                {
                    waiting.RemoveAt(i);
                }
                else if (errno != Errno.EINVAL)
                {
                    throw Refused(cgroup, waiting[i], errno);
                }
            }
        }
        while (waiting.Count is > 0 and int left && left < before);

        if (waiting.Count > 0)
        {
            throw Refused(cgroup, waiting[0], Errno.EINVAL);
        }
    }

    private static Errno TryWrite(ContainerCgroup cgroup, CgroupWrite write)
    {
        KernelString folder = KernelString.Of(FolderOf(cgroup, write));
        Errno errno = WholeFile.TryWrite(Fd.CurrentDirectory, folder.Append(write.File.Text).Span, write.Value.Text);
        if (errno == Errno.ENOENT && write.Otherwise is { } other)
        {
            errno = WholeFile.TryWrite(Fd.CurrentDirectory, folder.Append(other.File.Text).Span, other.Value.Text);
        }

        return errno == Errno.ENOENT && write.IsOptional ? 0 : errno;
    }

    private static string FolderOf(ContainerCgroup cgroup, CgroupWrite write) => cgroup.FolderOf(write.Controller) ?? throw new ContainerException(
        cgroup.IsNone
            ? $"{write.Origin}: the container has no cgroup: {write.File} can't be set"
            : $"{write.Origin}: this host has no cgroup controller \"{write.Controller}\" for {write.File}");

    private static KernelString? ReadValue(ContainerCgroup cgroup, CgroupWrite write)
    {
        // A limit of one device among others: 8:0 1048576.
        if (write.Value.Text.Contains((byte)':'))
        {
            return null;
        }

        byte[]? text = WholeFile.TryRead(KernelString.Of(FolderOf(cgroup, write)).Append(write.File.Text).Span);
        return text is [.., (byte)'\n'] && Array.IndexOf(text, (byte)'\n') == text.Length - 1 ? KernelString.OfBytes(text) : null;
    }

    private static LinuxException Refused(ContainerCgroup cgroup, CgroupWrite write, Errno errno)
    {
        string folder = FolderOf(cgroup, write);
        string hint = errno switch
        {
            Errno.ENOENT when HasController(cgroup, folder, write.Controller) => " (hint: this kernel has no such file)",
            Errno.ENOENT => $" (hint: controller \"{write.Controller}\" not available there)",
            Errno.EBUSY when ReadLine(folder, "memory.usage_in_bytes"u8) is { } usage =>
                $" (hint: current usage: {usage}, peak usage: {ReadLine(folder, "memory.max_usage_in_bytes"u8)})",
            _ => "",
        };
        return new LinuxException($"{write.Origin}: writing \"{write.Value}\"{hint}: write", errno, $"{folder}/{write.File}");
    }

    // On version 1 the controller is in the folder's hierarchy, on version 2 it may not have been handed down to the folder.
    private static bool HasController(ContainerCgroup cgroup, string folder, string controller) =>
        !cgroup.IsVersion2 || controller == "cgroup" || $" {ReadLine(folder, "cgroup.controllers"u8)} ".Contains($" {controller} ", StringComparison.Ordinal);
}
