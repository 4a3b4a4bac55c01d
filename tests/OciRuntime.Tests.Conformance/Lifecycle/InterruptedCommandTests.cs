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
        List<(string Call, int Count)> points = CallsOf(args);
        if (command == "pause")
        {
            _ = Ocirun.Succeed("resume", container.Id);
        }

        int killed = 0;
        foreach ((string Call, int Count) point in points)
        {
            killed += KilledAt(point, args).Status == 0 ? 0 : 1;

            // What it left is a container like any other.
            container.Status.Should().BeOneOf("running", "paused");
            if (killed % 5 == 0)
            {
                _ = Ocirun.Succeed("delete", "--force", container.Id);
                WhatStays().Should().BeEmpty("{0} was killed at {1}", command, point);
                container = Create(bundle).Start();
                args[^1] = container.Id;
            }
            else if (container.Status == "paused")
            {
                _ = Ocirun.Succeed("resume", container.Id);
            }
        }

        killed.Should().BeGreaterThan(points.Count / 2);
        _ = Ocirun.Succeed("delete", "--force", container.Id);
        WhatStays().Should().BeEmpty();
    }

    [HostFact(Needs.Strace)]
    public void DeleteForce_DeleteWasKilledAtEverySystemCall_LeavesNothing()
    {
        Bundle bundle = NewShell("sleep 1000 & sleep 1000 & wait");
        List<string> failures = [];
        int killed = 0;
        Container whole = Create(bundle).Start();
        List<(string Call, int Count)> points = CallsOf("delete", "--force", whole.Id);
        foreach ((string Call, int Count) point in points)
        {
            Container container = Create(bundle).Start();
            if (point.Count % 3 == 0)
            {
                _ = Ocirun.Succeed("pause", container.Id);
            }

            killed += KilledAt(point, "delete", "--force", container.Id).Status == 0 ? 0 : 1;
            Outcome delete = Ocirun.Run("delete", "--force", container.Id);
            if (delete.Status != 0 || WhatStays() is { Length: > 0 })
            {
                failures.Add($"killed at {point}: {delete}");
                break;
            }
        }

        failures.Should().BeEmpty();
        killed.Should().BeGreaterThan(points.Count / 2);
    }
}
