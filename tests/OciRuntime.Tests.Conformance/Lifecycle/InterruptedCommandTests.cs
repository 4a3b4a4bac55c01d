// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class InterruptedCommandTests : InterruptedTest
{
    [HostTheory(Needs.Strace)]
    [InlineData("update")]
    [InlineData("pause")]
    public void DeleteForce_CommandWasKilledAtEverySystemCall_LeavesNothing(string command)
    {
        Bundle bundle = NewBundle("/guest", "sleep");
        Container container = Create(bundle).Start();
        string[] args = command == "update" ? ["update", "--pids-limit", "100", "--memory", "64M", container.Id] : [command, container.Id];
        bool ended = false;
        for (int call = 1; call < Ceiling && !ended; call += Step(call))
        {
            ended = KilledAt(call, args).Status == 0;

            // What it left is a container like any other.
            container.Status.Should().BeOneOf("running", "paused");
            if (call % 5 == 0)
            {
                _ = Ocirun.Succeed("delete", "--force", container.Id);
                WhatStays().Should().BeEmpty("{0} was killed at call {1}", command, call);
                container = Create(bundle).Start();
                args[^1] = container.Id;
            }
            else if (container.Status == "paused")
            {
                _ = Ocirun.Succeed("resume", container.Id);
            }
        }

        ended.Should().BeTrue();
        _ = Ocirun.Succeed("delete", "--force", container.Id);
        WhatStays().Should().BeEmpty();
    }

    [HostFact(Needs.Strace)]
    public void DeleteForce_DeleteWasKilledAtEverySystemCall_LeavesNothing()
    {
        Bundle bundle = NewShell("sleep 1000 & sleep 1000 & wait");
        List<string> failures = [];
        bool ended = false;
        for (int call = 1; call < Ceiling && !ended && failures.Count == 0; call += Step(call))
        {
            Container container = Create(bundle).Start();
            if (call % 3 == 0)
            {
                _ = Ocirun.Succeed("pause", container.Id);
            }

            ended = KilledAt(call, "delete", "--force", container.Id).Status == 0;
            Outcome delete = Ocirun.Run("delete", "--force", container.Id);
            if (delete.Status != 0 || WhatStays() is { Length: > 0 })
            {
                failures.Add($"killed at call {call}: {delete}");
            }
        }

        failures.Should().BeEmpty();
        ended.Should().BeTrue();
    }
}
