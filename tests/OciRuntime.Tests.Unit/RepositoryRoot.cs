// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace OciRuntime.Tests.Unit;

internal static class RepositoryRoot
{
    internal static string Path { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "OciRuntime.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("no OciRuntime.sln above " + AppContext.BaseDirectory);
    }
}
