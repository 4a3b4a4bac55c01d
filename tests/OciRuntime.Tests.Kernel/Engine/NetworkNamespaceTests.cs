// SPDX-License-Identifier: Apache-2.0
using System;
using FluentAssertions;
using OciRuntime.Abi;
using OciRuntime.Engine.Network;

namespace OciRuntime.Tests.Kernel.Engine;

/// <summary>Questions to the test's own network namespace; what changes one is in the conformance tests.</summary>
public sealed class NetworkNamespaceTests : KernelTest
{
    [KernelFact]
    public void Find_ByNameAndIndex()
    {
        using NetworkNamespace own = NetworkNamespace.OpenOwn();
        own.Find(KernelString.Of("lo"))!.Value.Index.Should().Be(1);
        own.Find(1)!.Value.Should().Be(own.Find(KernelString.Of("lo")));
        own.Find(KernelString.Of("no-such-device")).Should().BeNull();
        own.Find(int.MaxValue).Should().BeNull();
        own.LastingAddresses(int.MaxValue).Should().BeEmpty();
    }

    [KernelFact]
    public void Refusals_NameTheMessageAndTheSubject()
    {
        using NetworkNamespace own = NetworkNamespace.OpenOwn();
        Action up = () => own.SetUp(int.MaxValue);
        up.Should().Throw<OciRuntime.Linux.LinuxException>().WithMessage("netlink RTM_SETLINK 2147483647: ENODEV (no such device)");
    }
}
