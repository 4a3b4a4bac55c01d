// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using FluentAssertions;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>A container that was created and runs apart from its creator. The test process is the parent of its orphans.</summary>
internal sealed class Container : IDisposable
{
    private readonly Runtime _runtime;
    private readonly ChildProcess _creator;

    internal Container(Runtime runtime, string id, ChildProcess creator)
    {
        _runtime = runtime;
        _creator = creator;
        Id = id;
        Outcome outcome = creator.Wait();
        outcome.Status.Should().Be(0, "{0} should be created: {1}", id, outcome);
        JsonObject state = State();
        Pid = state["pid"]!.GetValue<int>();
        Pid.Should().BePositive("{0} lives after create: {1}", id, state.ToJsonString());
    }

    internal string Id { get; }

    internal int Pid { get; }

    /// <summary>The program's, which it has from the creator.</summary>
    internal OutputReader Output => _creator.Output!;

    internal OutputReader Error => _creator.Error!;

    internal string Status => _runtime.StatusOf(Id);

    internal JsonObject State() => _runtime.State(Id);

    internal Container Start()
    {
        _ = _runtime.Succeed("start", Id);
        return this;
    }

    /// <summary>Waits for the first process; its status is minus the signal that ended it, if one did.</summary>
    internal int WaitForExit()
    {
        using Descriptor pidfd = new((int)Native.Check(Native.Syscall(Native.SyscallPidfdOpen, Pid, 0), "pidfd_open"));
        if (!pidfd.WaitReadable(Host.Timeout))
        {
            throw new TimeoutException($"process {Pid} of {Id} did not end");
        }

        int reaped = Native.WaitPid(Pid, out int status, 0);
        return reaped == Pid
            ? Signals.StatusOf(status)
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"waitpid {Pid}: {Marshal.GetLastPInvokeErrorMessage()}"));
    }

    public void Dispose() => _creator.Dispose();
}
