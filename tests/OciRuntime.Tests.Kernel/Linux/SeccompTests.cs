// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel.Linux;

public sealed class SeccompTests : KernelTest
{
    [KernelFact]
    public void Filter_IsLoadedWithWhatItAsksFor() =>
        ChildProgram.Run("seccomp").Should().Equal(new Dictionary<string, string>
        {
            ["knows its flags"] = "true",
            ["knows another"] = "false",
            ["unknown flag"] = "EINVAL (invalid argument)",
            ["program without end"] = "EINVAL (invalid argument)",
            ["no program"] = "EINVAL (invalid argument)",
            ["before"] = "0",
            ["load"] = "ok",
            ["listener that was not asked for"] = "false",
            ["after"] = "true",
            ["mode"] = "2",
            ["second"] = "ok",
            ["take"] = "ok",
            ["taken"] = "anon_inode:seccomp notify",
            ["take what is closed"] = "EBADF (bad file descriptor)",
            ["second listener"] = "EBUSY (device or resource busy)",
            ["without capabilities"] = "EACCES (permission denied)",
            ["with no_new_privs"] = "ok",
        });
}
