// SPDX-License-Identifier: Apache-2.0
using System.IO;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel;

public sealed class DescriptorCheckTests : KernelTest
{
    [KernelFact]
    public void NewDescriptors_FileIsOpen_NamesIt()
    {
        using (FileStream file = File.OpenRead("/dev/zero"))
        {
            NewDescriptors().Should().ContainSingle().Which.Should().EndWith("→ /dev/zero");
        }

        NewDescriptors().Should().BeEmpty();
    }
}
