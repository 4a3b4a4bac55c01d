// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Process;

/// <summary>Ignored and blocked signals survive execve: the program must find none. Read by busybox's cat: the guest's runtime has its own.</summary>
public sealed class SignalStateTests : ContainerTest
{
    private static readonly string[] s_masks = ["SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd"];

    [HostFact]
    [Trait("Category", "Vm")]
    public void SignalState_Run_IsDefault() =>
        AssertDefault(OutputOf(NewBundle("cat", "/proc/self/status")));

    [HostFact]
    public void SignalState_CreateAndStart_IsDefault()
    {
        using Container container = Create(NewBundle("cat", "/proc/self/status")).Start();

        AssertDefault(container.Output.ReadToEnd());
    }

    [HostTheory]
    [InlineData("--ignore-signal=PIPE")]
    [InlineData("--ignore-signal=HUP,INT,QUIT,TERM,USR1,CHLD")]
    [InlineData("--block-signal=USR1,USR2,TERM,CHLD,WINCH")]
    public void SignalState_CallerIgnoresOrBlocks_IsDefault(string option)
    {
        using ChildProcess run = Ocirun.StartUnder(["env", option], "run", "--bundle", NewBundle("cat", "/proc/self/status").Folder, NewId());

        AssertDefault(run.Wait().Output);
    }

    // What SIGPIPE is for: a writer whose reader has gone ends, rather than see an error that it may not look for.
    [HostFact]
    public void SignalState_ReaderIsGone_WriterEnds() =>
        OutputOf(NewShell("(yes; echo status $? >&2) 2>/tmp/out | head -n 1; cat /tmp/out").With(b => b.AddMount("/tmp", "tmpfs", "tmpfs")))
            .Should().Contain($"status {128 + 13}");

    private static void AssertDefault(string status)
    {
        Dictionary<string, string> fields = status.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split(':', 2)).ToDictionary(p => p[0], p => p[1].Trim());
        foreach (string mask in s_masks)
        {
            ulong.Parse(fields[mask], NumberStyles.HexNumber, CultureInfo.InvariantCulture).Should().Be(0UL, "{0} is {1}", mask, fields[mask]);
        }
    }
}
