// SPDX-License-Identifier: Apache-2.0
namespace System.Runtime;

/// <summary>The native-AOT compiler emits a method with an attribute of this full name under a plain symbol, for the linker.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RuntimeExportAttribute(string entry) : Attribute
{
    public string Entry { get; } = entry;
}
