// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Spec;

/// <summary>One violation: where it stands in config.json, and which value breaks which rule.</summary>
public readonly record struct SpecError(JsonPath Path, string Problem)
{
    public override string ToString() => $"{Path}: {Problem}";
}
