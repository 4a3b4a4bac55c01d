// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel;

/// <summary>A test on the real kernel: afterwards, the process has the descriptors that it had before, and no child.</summary>
public abstract class KernelTest : IDisposable
{
    // The test host's own come and go: sockets to the runner, libraries that are being loaded.
    private static readonly string[] s_ignored = ["socket:", "anon_inode:[eventpoll]", "anon_inode:[eventfd]"];

    private readonly Dictionary<string, string> _before = OpenDescriptors();

    // What System.Diagnostics.Process opens once and for all.
    static KernelTest() => _ = Command.Run("true");

    /// <summary>Descriptors, number → what they are, that are open now and were not when the test began.</summary>
    private protected List<string> NewDescriptors() =>
        [.. OpenDescriptors().Where(d => !_before.TryGetValue(d.Key, out string? target) || target != d.Value).Select(d => $"{d.Key} → {d.Value}")];

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
        NewDescriptors().Should().BeEmpty("a test closes what it opens");
    }

    /// <summary>For a test's own things: called before the descriptors are compared.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private static Dictionary<string, string> OpenDescriptors()
    {
        Dictionary<string, string> open = [];
        foreach (string link in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            // The one of the directory itself is closed by now: it has no target.
            if (new FileInfo(link).LinkTarget is { } target && !s_ignored.Any(i => target.StartsWith(i, StringComparison.Ordinal)) && !IsLoadedFile(target))
            {
                open[Path.GetFileName(link)] = target;
            }
        }

        return open;
    }

    private static bool IsLoadedFile(string target) =>
        target.EndsWith(".dll", StringComparison.Ordinal) || target.EndsWith(".pdb", StringComparison.Ordinal) || target.EndsWith("/fd", StringComparison.Ordinal);
}
