// SPDX-License-Identifier: Apache-2.0
using System;
using Xunit;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>A test that is skipped, with the reason, where the machine can't carry it. All of them need root and busybox.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HostFactAttribute : FactAttribute
{
    public HostFactAttribute(Needs needs = Needs.Nothing)
    {
        Needs = needs;
        Skip = Host.Missing(needs);
    }

    public Needs Needs { get; }
}

/// <inheritdoc cref="HostFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HostTheoryAttribute : TheoryAttribute
{
    public HostTheoryAttribute(Needs needs = Needs.Nothing)
    {
        Needs = needs;
        Skip = Host.Missing(needs);
    }

    public Needs Needs { get; }
}
