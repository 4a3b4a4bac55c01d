// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;
using Xunit;

namespace OciRuntime.Tests.Conformance.Linux;

/// <summary>Create and delete by the systemd driver, killed in between.</summary>
[Trait("Category", "Vm")]
public sealed class SystemdCrashTests : ContainerTest
{
    // Enough for any create: the loop ends when one gets through.
    private const int Ceiling = 5000;

    [HostFact(Needs.Systemd | Needs.Strace)]
    public void DeleteForce_CreateWasKilledAtManySystemCalls_LeavesNoUnit()
    {
        Bundle bundle = NewBundle("true");
        List<string> failures = [];
        bool created = false;
        for (int call = 60; call < Ceiling && !created; call += 14)
        {
            string id = NewId();
            created = Killed(call, "--systemd-cgroup", "create", "--bundle", bundle.Folder, id);
            Outcome delete = Ocirun.Run("delete", "--force", id);
            if (delete.Status != 0)
            {
                failures.Add($"create killed at call {call}: {delete}");
            }

            failures.AddRange(WhatStays(id, $"create killed at call {call}"));
        }

        failures.Should().BeEmpty();
        created.Should().BeTrue();
    }

    [HostFact(Needs.Systemd | Needs.Strace)]
    public void DeleteForce_DeleteWasKilledAtManySystemCalls_LeavesNoUnit()
    {
        Bundle bundle = NewBundle("true");
        List<string> failures = [];
        bool deleted = false;
        for (int call = 60; call < Ceiling && !deleted; call += 20)
        {
            string id = NewId();
            using (Container container = new(Ocirun, id, Own(Ocirun.Start("--systemd-cgroup", "create", "--bundle", bundle.Folder, id))))
            {
                deleted = Killed(call, "delete", "--force", id);
            }

            Outcome delete = Ocirun.Run("delete", "--force", id);
            if (delete.Status != 0)
            {
                failures.Add($"delete killed at call {call}: {delete}");
            }

            failures.AddRange(WhatStays(id, $"delete killed at call {call}"));
        }

        failures.Should().BeEmpty();
        deleted.Should().BeTrue();
    }

    // strace kills the parent, and only it (no -f), as it enters its nth system call.
    private bool Killed(int call, params string[] args)
    {
        string inject = string.Create(CultureInfo.InvariantCulture, $"inject=all:signal=SIGKILL:when={call}");
        using ChildProcess strace = Ocirun.StartUnder(["strace", "-o", "/dev/null", "-e", "trace=all", "-e", inject], args);
        return strace.Wait().Status == 0;
    }

    // A child whose parent is killed ends by itself, an instant later: that is waited for.
    private string[] WhatStays(string id, string when)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string left;
        do
        {
            try
            {
                NothingIsLeft();
                return Systemd.Knows($"ocirun-{id}.scope") ? [$"{when}: its unit is left"] : [];
            }
            catch (Xunit.Sdk.XunitException e)
            {
                left = e.Message;
            }
        }
        while (clock.Elapsed < TimeSpan.FromSeconds(20));

        return [$"{when}: {left}"];
    }
}
