// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Globalization;
using OciRuntime.Tests.Conformance.Harness;

namespace OciRuntime.Tests.Conformance.Lifecycle;

/// <summary>Commands that are killed on their way, at every system call: every stage of them, without a hook in the product.</summary>
public abstract class InterruptedTest : ContainerTest
{
    // Enough for any command: the loop ends when one gets through.
    protected const int Ceiling = 5000;

    /// <summary>strace kills the command, and only it (no -f), as it enters its nth system call.</summary>
    private protected Outcome KilledAt(int call, params string[] args)
    {
        string inject = string.Create(CultureInfo.InvariantCulture, $"inject=all:signal=SIGKILL:when={call}");
        using ChildProcess strace = Ocirun.StartUnder(["strace", "-o", "/dev/null", "-e", "trace=all", "-e", inject], args);
        return strace.Wait();
    }

    // Every call of the first ones would only test the loader.
    protected static int Step(int call) => call < 100 ? 7 : 2;

    // A child whose parent is killed ends by itself, an instant later: that is waited for, by its end as a child of the test.
    protected string WhatStays()
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
