// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace OciRuntime.Tests.Kernel;

internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>OCIRUN=/path overrides it.</summary>
    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("OCIRUN") is { Length: > 0 } path ? path : Path.Combine(Root, "artifacts", "ocirun");

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "OciRuntime.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"no OciRuntime.sln above {AppContext.BaseDirectory}");
    }
}
