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
    // strace counts each system call by its name. These are most of those with an effect or a wait; the last is that of a plain end.
    private static readonly string[] s_calls = ["write", "mkdir", "mkdirat", "rename", "renameat2", "connect", "sendmsg", "recvmsg", "ppoll", "clone3", "unlinkat", "exit_group"];

    [HostFact(Needs.Systemd | Needs.Strace)]
    public void DeleteForce_CreateWasKilledInBetween_LeavesNoUnit()
    {
        Bundle bundle = NewBundle("true");
        List<string> failures = [];
        int kills = KillEach((call, count) =>
        {
            string id = NewId();
            bool got = Killed(call, count, "--systemd-cgroup", "create", "--bundle", bundle.Folder, id);
            CleanUp(id, $"create killed at {call} {count}", failures);
            return got;
        });

        failures.Should().BeEmpty();
        kills.Should().BeGreaterThan(8);
    }

    [HostFact(Needs.Systemd | Needs.Strace)]
    public void DeleteForce_DeleteWasKilledInBetween_LeavesNoUnit()
    {
        Bundle bundle = NewBundle("true");
        List<string> failures = [];
        int kills = KillEach((call, count) =>
        {
            string id = NewId();
            using Container container = new(Ocirun, id, Own(Ocirun.Start("--systemd-cgroup", "create", "--bundle", bundle.Folder, id)));
            bool got = Killed(call, count, "delete", "--force", id);
            CleanUp(id, $"delete killed at {call} {count}", failures);
            return got;
        });

        failures.Should().BeEmpty();
        kills.Should().BeGreaterThan(5);
    }

    /// <returns>How many got killed: of each call the first, the second, ..., the second at most.</returns>
    private static int KillEach(Func<string, int, bool> kill)
    {
        const int Most = 2;
        int kills = 0;
        foreach (string call in s_calls)
        {
            for (int count = 1; count <= Most && kill(call, count); count++)
            {
                kills++;
            }
        }

        return kills;
    }

    // strace kills the parent, and only it (no -f), as it enters the system call.
    private bool Killed(string call, int count, params string[] args)
    {
        string inject = string.Create(CultureInfo.InvariantCulture, $"inject={call}:signal=SIGKILL:when={count}");
        using ChildProcess strace = Ocirun.StartUnder(["strace", "-o", "/dev/null", "-e", inject], args);
        return strace.Wait().Status != 0;
    }

    private void CleanUp(string id, string when, List<string> failures)
    {
        Outcome delete = Ocirun.Run("delete", "--force", id);
        if (delete.Status != 0)
        {
            failures.Add($"{when}: {delete}");
        }

        failures.AddRange(WhatStays(id, when));
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
