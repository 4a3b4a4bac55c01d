// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Engine.Parent;

/// <summary>Programs of the host, by the caller's PATH.</summary>
internal static class ProgramPath
{
    /// <returns>Null where no folder of PATH has it.</returns>
    public static string? Find(string name)
    {
        const string Usual = "/usr/local/bin:/usr/bin:/bin";
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? Usual).Split(':'))
        {
            string path = $"{folder}/{name}";
            if (folder.StartsWith('/') && Files.TryStatus(Fd.CurrentDirectory, KernelString.Of(path).Span, AtFlags.None, out FileStatus status) == 0
                && status.Type == FileType.S_IFREG)
            {
                return path;
            }
        }

        return null;
    }
}
