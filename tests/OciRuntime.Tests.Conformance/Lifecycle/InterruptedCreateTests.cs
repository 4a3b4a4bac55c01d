// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class InterruptedCreateTests : InterruptedTest
{
    [HostFact(Needs.Strace)]
    public void DeleteForce_ParentWasKilledAtEverySystemCall_LeavesNothing()
    {
        Bundle bundle = NewBundle("true");
        List<string> failures = [];
        int killed = 0;
        string first = NewId();
        List<(string Call, int Count)> points = CallsOf("create", "--bundle", bundle.Folder, first);
        _ = Ocirun.Succeed("delete", "--force", first);
        foreach ((string Call, int Count) point in points)
        {
            string id = NewId();
            killed += KilledAt(point, "create", "--bundle", bundle.Folder, id).Status == 0 ? 0 : 1;

            Outcome delete = Ocirun.Run("delete", "--force", id);
            if (delete.Status != 0)
            {
                failures.Add($"killed at {point}: {delete}");
            }

            if (WhatStays() is { Length: > 0 } left)
            {
                failures.Add($"killed at {point}: {left}");
                break;
            }
        }

        failures.Should().BeEmpty();
        killed.Should().BeGreaterThan(points.Count / 2, "most calls come again in the same order");
    }
}
