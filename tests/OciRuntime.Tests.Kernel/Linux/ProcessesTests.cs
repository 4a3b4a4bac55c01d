// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Text.RegularExpressions;
using FluentAssertions;

namespace OciRuntime.Tests.Kernel.Linux;

/// <summary>Processes and ArgumentBlock.</summary>
public sealed class ProcessesTests : KernelTest
{
    [KernelFact]
    public void Child_FromCloneToReaping()
    {
        Dictionary<string, string> seen = ChildProgram.Run("processes");
        seen["reaped: wait"] = Regex.Replace(seen["reaped: wait"], "[0-9]+", "N");
        seen.Should().Equal(new Dictionary<string, string>
        {
            ["child says"] = "1 inside",
            ["alive: signal 0"] = "ok",
            ["alive: signal 0 by pid"] = "ok",
            ["alive: peek"] = "false",
            ["alive: peek one"] = "0",
            ["alive: reap one"] = "0",
            ["alive: poll"] = "0",
            ["dead: poll"] = "1",
            ["dead: peek"] = "true",
            ["dead: peek one"] = "true",
            ["dead: wait"] = "signal 17 code 1 status 7 pid same",
            ["reaped: signal 0"] = "ESRCH (no such process)",
            ["reaped: open"] = "ESRCH (no such process)",
            ["reaped: peek one"] = "0",
            ["reaped: wait"] = "waitid N: ECHILD (no child processes)",
            ["reap one"] = "code 1 status 3",
            ["clone into no cgroup"] = "clone3: EBADF (bad file descriptor)",
            ["clone with contradicting flags"] = "clone3: EINVAL (invalid argument)",
        });
    }

    [KernelFact]
    public void Execute_ArgumentsAndEnvironment_ReachTheProgram() =>
        ChildProgram.Run("execute").Should().Equal(new Dictionary<string, string>
        {
            ["append"] = "true",
            ["append too much"] = "false",
            ["status"] = "0",
            ["output"] = "nought|1|first|second",
            ["missing program"] = "ENOENT (no such file or directory)",
            ["folder"] = "EACCES (permission denied)",
        });

    [KernelFact]
    public void Environment_IsChangedAndRefused() =>
        ChildProgram.Run("environment").Should().Equal(new Dictionary<string, string>
        {
            ["change directory"] = "ok",
            ["current directory"] = "/usr/lib",
            ["change to nowhere"] = "ENOENT (no such file or directory)",
            ["current directory by descriptor"] = "/usr",
            ["change to a closed descriptor"] = "fchdir 987654: EBADF (bad file descriptor)",
            ["current directory in too little room"] = "getcwd: ERANGE (numerical result out of range)",
            ["mask"] = "31",
            ["limit"] = "ok",
            ["limits"] = "Max core file size 4096 8192 bytes",
            ["limit: soft above hard"] = "EINVAL (invalid argument)",
            ["limit: no process"] = "ESRCH (no such process)",
            ["no new privileges"] = "1",
            ["try control"] = "EINVAL (invalid argument)",
            ["control"] = "prctl 987654: EINVAL (invalid argument)",
            ["second session"] = "setsid: EPERM (operation not permitted)",
            ["time over"] = "0",
            ["time passed"] = "true",
            ["this century"] = "true",
        });
}
