// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel.Linux;

public sealed class CredentialsTests : KernelTest
{
    [KernelFact]
    public void Capabilities_AreSetInAllFiveSets() =>
        ChildProgram.Run("capabilities").Should().Equal(new Dictionary<string, string>
        {
            ["permitted"] = "true",
            ["drop bounding"] = "ok",
            ["drop bounding beyond the last"] = "EINVAL (invalid argument)",
            ["bounding"] = "true",
            ["sets"] = "0000000000000001 0000008000000001 0000000000000001",
            ["raise ambient"] = "ok",
            ["raise ambient that is not inheritable"] = "EPERM (operation not permitted)",
            ["ambient"] = "0000000000000001",
            ["ambient cleared"] = "0000000000000000",
            ["more than permitted"] = "capset: EPERM (operation not permitted)",
        });

    [KernelFact]
    public void Ids_BeyondThirtyOneBits_AreSet() =>
        ChildProgram.Run("ids").Should().Equal(new Dictionary<string, string>
        {
            ["effective user"] = "0",
            ["keyring"] = "true",
            ["keyring permissions"] = "ok",
            ["keyring permissions of no key"] = "ENOKEY (required key not available)",
            ["set groups"] = "ok",
            ["groups"] = "7 70000 4294967294",
            ["no groups"] = "",
            ["gid"] = "4000000000 4000000000 4000000000 4000000000",
            ["uid"] = "4000000001 4000000001 4000000001 4000000001",
            ["effective user afterwards"] = "4000000001",
            ["groups as nobody"] = "EPERM (operation not permitted)",
            ["group as nobody"] = "setresgid 0: EPERM (operation not permitted)",
            ["user as nobody"] = "setresuid 0: EPERM (operation not permitted)",
        });
}
