// SPDX-License-Identifier: Apache-2.0
using System;
using Xunit;

namespace OciRuntime.Tests.Kernel;

/// <summary>A test that needs root: elsewhere it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelFactAttribute : FactAttribute
{
    public KernelFactAttribute()
    {
        Skip = Environment.UserName == "root" ? null : "needs root";
    }
}

/// <inheritdoc cref="KernelFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelTheoryAttribute : TheoryAttribute
{
    public KernelTheoryAttribute()
    {
        Skip = Environment.UserName == "root" ? null : "needs root";
    }
}

/// <summary>A test that needs artifacts/ocirun too.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ExecutableFactAttribute : FactAttribute
{
    public ExecutableFactAttribute()
    {
        Skip = Environment.UserName != "root" ? "needs root" : System.IO.File.Exists(Repository.Executable) ? null : $"needs {Repository.Executable}";
    }
}
