// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>What a test can't do without. The names are those of the reasons for a skip.</summary>
[Flags]
public enum Needs
{
    Nothing = 0,
    CgroupV1 = 1,
    CgroupV2 = 2,
    Strace = 4,
    TwoProcessors = 8,
    NetworkNamespace = 16,
    SubordinateIds = 32,
    AppArmor = 64,
    NoAppArmor = 128,
    NoSelinux = 256,
    RaiseLimits = 512,
    Libsystemd = 4096,
    Systemd = 8192,
}

internal enum CgroupMode
{
    V1,
    Hybrid,
    V2,
}

/// <summary>The machine that the tests run on, and where what they run lies.</summary>
internal static class Host
{
    private static readonly string[] s_libraryFolders = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"];

    internal static string Repository { get; } = FindRepository();

    /// <summary>OCIRUN=/path overrides it: with runc the tests themselves are tested.</summary>
    internal static string Executable { get; } =
        Environment.GetEnvironmentVariable("OCIRUN") is { Length: > 0 } path ? path : Path.Combine(Repository, "artifacts", "ocirun");

    internal static bool IsOcirun { get; } = Path.GetFileName(Executable) == "ocirun";

    internal static string Guest { get; } = Path.Combine(Repository, "artifacts", "guest", "guest");

    /// <summary>How long anything may take before the test fails. The lab's processor is emulated.</summary>
    internal static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("LAB_GUEST") == "1" ? 120 : 20);

    internal static CgroupMode Cgroups { get; } = FindCgroupMode();

    internal static bool IsRoot { get; } = Environment.UserName == "root" && CapabilitiesInclude(21 /* CAP_SYS_ADMIN */);

    private static bool HasAppArmor { get; } = Directory.Exists("/sys/kernel/security/apparmor");

    /// <returns>Why a test with these needs can't run here; null if it can.</returns>
    internal static string? Missing(Needs needs)
    {
        List<string> missing = [];
        Add(!IsRoot, "root");
        Add(needs.HasFlag(Needs.CgroupV1) && Cgroups == CgroupMode.V2, "cgroup v1 controllers");
        Add(needs.HasFlag(Needs.CgroupV2) && Cgroups != CgroupMode.V2, "a unified cgroup v2 hierarchy");
        Add(needs.HasFlag(Needs.TwoProcessors) && Environment.ProcessorCount < 2, "two processors");
        Add(needs.HasFlag(Needs.AppArmor) && !(HasAppArmor && FindProgram("apparmor_parser") is not null), "AppArmor and the package apparmor");
        Add(needs.HasFlag(Needs.NoAppArmor) && HasAppArmor, "a kernel without AppArmor");
        Add(needs.HasFlag(Needs.NoSelinux) && Directory.Exists("/sys/fs/selinux"), "a kernel without SELinux");
        Add(needs.HasFlag(Needs.RaiseLimits) && !CapabilitiesInclude(24), "CAP_SYS_RESOURCE");
        Add(needs.HasFlag(Needs.Strace) && FindProgram("strace") is null, "the package strace");
        Add(needs.HasFlag(Needs.Libsystemd) && !Array.Exists(s_libraryFolders, f => File.Exists(Path.Combine(f, "libsystemd.so.0"))), "libsystemd");
        Add(needs.HasFlag(Needs.Systemd) && !Directory.Exists("/run/systemd/system"), "systemd as the init process");
        Add(needs.HasFlag(Needs.SubordinateIds) && !HasSubordinateIds(), "newuidmap and a user 1000 with the subordinate ids from 100000 on");
        Add(FindProgram("busybox") is null, "the package busybox-static");
        return missing.Count == 0 ? null : $"needs {string.Join(", ", missing)}";

        void Add(bool isMissing, string what)
        {
            if (isMissing)
            {
                missing.Add(what);
            }
        }
    }

    internal static string? FindProgram(string name) =>
        new[] { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin" }
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    internal static bool CapabilitiesInclude(int number)
    {
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return (ulong.Parse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << number)) != 0;
    }

    private static bool HasSubordinateIds()
    {
        string? name = File.ReadLines("/etc/passwd").FirstOrDefault(l => l.Split(':')[2] == "1000")?.Split(':')[0];
        return name is not null && FindProgram("newuidmap") is not null && File.Exists("/etc/subuid")
            && File.ReadLines("/etc/subuid").Any(l => l.StartsWith($"{name}:100000:", StringComparison.Ordinal));
    }

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "OciRuntime.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"no OciRuntime.sln above {AppContext.BaseDirectory}");
    }

    private static CgroupMode FindCgroupMode()
    {
        string[] mounts = File.ReadAllLines("/proc/self/mountinfo");
        bool unifiedAtTop = mounts.Any(m => m.Contains(" /sys/fs/cgroup ", StringComparison.Ordinal) && m.Contains(" - cgroup2 ", StringComparison.Ordinal));
        bool anyUnified = mounts.Any(m => m.Contains(" - cgroup2 ", StringComparison.Ordinal));
        return unifiedAtTop ? CgroupMode.V2 : anyUnified ? CgroupMode.Hybrid : CgroupMode.V1;
    }
}
