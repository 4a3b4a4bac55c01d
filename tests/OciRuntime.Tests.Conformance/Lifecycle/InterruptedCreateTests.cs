// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class InterruptedCreateTests : ContainerTest
{
    // Enough for any create: the loop ends when one gets through.
    private const int Ceiling = 5000;

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
            string inject = string.Create(CultureInfo.InvariantCulture, $"inject=all:signal=SIGKILL:when={call}");
            using ChildProcess strace = Ocirun.StartUnder(["strace", "-o", "/dev/null", "-e", "trace=all", "-e", inject], "create", "--bundle", bundle.Folder, id);
            Outcome create = strace.Wait();
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

    // Every call of the first ones would only test the loader.
    private static int Step(int call) => call < 100 ? 7 : 2;

    // A child whose parent is killed ends by itself, an instant later: that is waited for, by its end as a child of the test.
    private string WhatStays()
    {
        Stopwatch clock = Stopwatch.StartNew();
        string left;
        do
        {
            try
            {
                NothingIsLeft();
                return string.Empty;
            }
            catch (Xunit.Sdk.XunitException e)
            {
                left = e.Message;
            }
        }
        while (clock.Elapsed < TimeSpan.FromSeconds(5));

        return left;
    }
}
