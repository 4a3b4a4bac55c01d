// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel.Linux;

public sealed class NamespacesTests : KernelTest
{
    private const string LongName = "a234567890b234567890c234567890d234567890e234567890f234567890g2345";

    [KernelFact]
    public void Namespaces_AreLeftAndJoined() =>
        ChildProgram.Run("namespaces").Should().Equal(new Dictionary<string, string>
        {
            ["unshared"] = "true",
            ["hostname"] = "some-host",
            ["domainname"] = "some.domain",
            ["hostname too long"] = $"sethostname {LongName}: EINVAL (invalid argument)",
            ["domainname too long"] = $"setdomainname {LongName}: EINVAL (invalid argument)",
            ["loopback before"] = "false",
            ["loopback after"] = "true",
            ["join as another type"] = "setns: EINVAL (invalid argument)",
            ["joined"] = "true",
            ["unshare nonsense"] = "unshare: EINVAL (invalid argument)",
            ["unshare without capabilities"] = "unshare: EPERM (operation not permitted)",
            ["loopback without capabilities"] = "ioctl SIOCSIFFLAGS lo: EPERM (operation not permitted)",
        });
}
