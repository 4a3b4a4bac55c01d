// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Cli.Parsing;
using OciRuntime.Spec;

namespace OciRuntime.Cli;

/// <summary>What <c>--version</c> prints: a line each, as clients parse them.</summary>
internal static class VersionText
{
    internal static string Lines => BuildFacts.Commit.Length == 0
        ? $"{RootVerb.ProgramName} version {BuildFacts.Version}\nspec: {RuntimeSpec.Version}\n"
        : $"{RootVerb.ProgramName} version {BuildFacts.Version}\ncommit: {BuildFacts.Commit}\nspec: {RuntimeSpec.Version}\n";
}
