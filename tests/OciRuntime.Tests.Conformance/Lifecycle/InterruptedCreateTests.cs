// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class InterruptedCreateTests : InterruptedTest
{
    // strace kills the parent, and only it (no -f), as it enters its nth system call: every stage of create, without a hook in the product.
    [HostFact(Needs.Strace)]
    public void DeleteForce_ParentWasKilledAtEverySystemCall_LeavesNothing()
    {
        Bundle bundle = NewBundle("true");
        List<string> failures = [];
        int call = 1;
        bool created = false;
        for (; call < Ceiling && !created; call += Step(call))
        {
            string id = NewId();
            Outcome create = KilledAt(call, "create", "--bundle", bundle.Folder, id);
            created = create.Status == 0;

            Outcome delete = Ocirun.Run("delete", "--force", id);
            if (delete.Status != 0)
            {
                failures.Add($"killed at call {call}: {delete}");
            }

            if (WhatStays() is { Length: > 0 } left)
            {
                failures.Add($"killed at call {call}: {left}");
                break;
            }
        }

        failures.Should().BeEmpty();
        created.Should().BeTrue("a create that is not killed in {0} calls gets through", call);
    }
}
