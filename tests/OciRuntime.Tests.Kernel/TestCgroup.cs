// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace OciRuntime.Tests.Kernel;

/// <summary>A control group of this test alone, removed with those below it.</summary>
internal sealed class TestCgroup : IDisposable
{
    private TestCgroup(string mountPoint)
    {
        Name = $"ocirun-kernel-{Guid.NewGuid():N}";
        Path = System.IO.Path.Combine(mountPoint, Name);
        Directory.CreateDirectory(Path);
    }

    public string Name { get; }

    public string Path { get; }

    /// <summary>Where version 2 is mounted, with or without controllers; null: nowhere.</summary>
    public static string? UnifiedMountPoint { get; } = MountPoint(" - cgroup2 ");

    /// <summary>Where version 1's freezer is mounted; null: nowhere.</summary>
    public static string? FreezerMountPoint { get; } = Directory.Exists("/sys/fs/cgroup/freezer") ? "/sys/fs/cgroup/freezer" : null;

    public static TestCgroup MakeUnified() => new(UnifiedMountPoint!);

    public static TestCgroup MakeFreezer() => new(FreezerMountPoint!);

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            IEnumerable<string> folders = Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories);
            foreach (string folder in folders.Append(Path).OrderByDescending(folder => folder.Length).ToList())
            {
                // rmdir(2): the files in it are the kernel's.
                Directory.Delete(folder);
            }
        }
    }

    private static string? MountPoint(string type) =>
        File.ReadLines("/proc/self/mountinfo").FirstOrDefault(line => line.Contains(type, StringComparison.Ordinal))?.Split(' ')[4];
}

/// <summary>A test that needs a version 2 hierarchy, with or without controllers.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnifiedFactAttribute : Xunit.FactAttribute
{
    public UnifiedFactAttribute() => Skip = Environment.UserName != "root" ? "needs root" : TestCgroup.UnifiedMountPoint is null ? "needs cgroup v2" : null;
}

/// <summary>A test that needs version 1's freezer.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FreezerFactAttribute : Xunit.FactAttribute
{
    public FreezerFactAttribute() => Skip = Environment.UserName != "root" ? "needs root" : TestCgroup.FreezerMountPoint is null ? "needs cgroup v1" : null;
}
