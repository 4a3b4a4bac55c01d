// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Cli;

/// <summary>What the command ends with, where it is not the container's own status.</summary>
internal static class ExitCode
{
    internal const int Success = 0;
    internal const int Failure = 1;
}
