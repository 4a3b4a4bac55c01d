// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Cli;

internal static class Program
{
    internal static int Main(string[] args) => args.Length;
}
