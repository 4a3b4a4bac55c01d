// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Spec;

namespace OciRuntime.Cli;

/// <summary>A config.json that breaks rules: every violation, in the document's order.</summary>
/// <param name="file">The document as the user knows it.</param>
internal sealed class InvalidConfigException(string file, IReadOnlyList<SpecError> errors)
    : Exception(errors.Count == 1 ? $"{file}: {errors[0]}" : $"{file}: {errors[0]} (and {errors.Count - 1} more)")
{
    internal string File { get; } = file;
    internal IReadOnlyList<SpecError> Errors { get; } = errors;
}
