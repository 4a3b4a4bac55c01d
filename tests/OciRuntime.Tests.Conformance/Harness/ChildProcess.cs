// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>
/// A process started by posix_spawn: with default signals, exactly the descriptors that were asked for, and a pidfd to wait on.
/// System.Diagnostics.Process has none of these.
/// </summary>
internal sealed unsafe class ChildProcess : IDisposable
{
    // glibc's posix_spawn_file_actions_t has 80 bytes, posix_spawnattr_t 336, sigset_t 128.
    private const int ActionsSize = 512;
    private const int AttributesSize = 1024;
    private const int SignalSetSize = 128;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    // Descriptors that a test wants leaked are first moved up here, so that no source is overwritten by a target.
    private const int ParkingBase = 700;

    private readonly Descriptor _pidfd;
    private Outcome? _outcome;

    private ChildProcess(int pid, OutputReader? output, OutputReader? error)
    {
        Pid = pid;
        _pidfd = new Descriptor((int)Native.Check(Native.Syscall(Native.SyscallPidfdOpen, pid, 0), "pidfd_open"));
        Output = output;
        Error = error;
    }

    internal int Pid { get; }

    /// <summary>Null: it went elsewhere.</summary>
    internal OutputReader? Output { get; }

    internal OutputReader? Error { get; }

    internal static ChildProcess Start(Launch launch)
    {
        (Descriptor Read, Descriptor Write)? output = launch.Output is null && launch.Terminal is null ? Descriptor.Pipe() : null;
        (Descriptor Read, Descriptor Write)? error = launch.Terminal is null ? Descriptor.Pipe() : null;
        byte* actions = stackalloc byte[ActionsSize];
        byte* attributes = stackalloc byte[AttributesSize];
        using NativeStrings argv = new([launch.Path, .. launch.Arguments]);
        using NativeStrings envp = new(launch.Environment);
        _ = Native.ActionsInit(actions);
        _ = Native.AttributesInit(attributes);
        try
        {
            SetSignals(attributes, launch.Terminal is not null);
            AddActions(actions, launch, output?.Write ?? launch.Output, error?.Write);
            int errno = Native.Spawn(out int pid, launch.Path, actions, attributes, argv.Pointers, envp.Pointers);
            if (errno != 0)
            {
                throw new InvalidOperationException($"{launch.Path}: {Marshal.GetPInvokeErrorMessage(errno)}");
            }

            return new ChildProcess(pid, output is { } o ? new OutputReader(o.Read) : null, error is { } e ? new OutputReader(e.Read) : null);
        }
        finally
        {
            output?.Write.Dispose();
            error?.Write.Dispose();
            _ = Native.ActionsDestroy(actions);
            _ = Native.AttributesDestroy(attributes);
        }
    }

    internal void Signal(int number) => _ = Native.Check(Native.Kill(Pid, number), "kill");

    /// <summary>Waits for the process itself: others that hold its pipes may go on.</summary>
    internal Outcome Wait()
    {
        if (_outcome is not null)
        {
            return _outcome;
        }

        Stopwatch clock = Stopwatch.StartNew();
        while (!PollOnce(Host.Timeout - clock.Elapsed))
        {
            if (clock.Elapsed >= Host.Timeout)
            {
                string where = Describe();
                _ = Native.Kill(Pid, Signals.Kill);
                _ = Collect();
                throw new TimeoutException($"process {Pid} did not end within {Host.Timeout.TotalSeconds} s; {where}\n{_outcome}");
            }
        }

        return Collect();
    }

    public void Dispose()
    {
        if (_outcome is null)
        {
            _ = Native.Kill(Pid, Signals.Kill);
            _ = Collect();
        }

        _pidfd.Dispose();
        Output?.Dispose();
        Error?.Dispose();
    }

    private static void SetSignals(byte* attributes, bool newSession)
    {
        byte* set = stackalloc byte[SignalSetSize];
        _ = Native.FillSignalSet(set);
        _ = Native.AttributesDefaultSignals(attributes, set);
        _ = Native.EmptySignalSet(set);
        _ = Native.AttributesSignalMask(attributes, set);
        _ = Native.AttributesFlags(attributes, (short)(SetSignalDefaults | SetSignalMask | (newSession ? SetSession : 0)));
    }

    private static void AddActions(byte* actions, Launch launch, Descriptor? output, Descriptor? error)
    {
        if (launch.Terminal is not null)
        {
            // The first terminal that a session's leader opens becomes its controlling one.
            _ = Native.ActionsOpen(actions, 0, launch.Terminal, Native.ReadWrite, 0);
            _ = Native.ActionsDuplicate(actions, 0, 1);
            _ = Native.ActionsDuplicate(actions, 0, 2);
        }
        else
        {
            if (launch.Input is null)
            {
                _ = Native.ActionsOpen(actions, 0, "/dev/null", 0, 0);
            }
            else
            {
                _ = Native.ActionsDuplicate(actions, launch.Input.Number, 0);
            }

            _ = Native.ActionsDuplicate(actions, output!.Number, 1);
            _ = Native.ActionsDuplicate(actions, error!.Number, 2);
        }

        foreach ((int number, Descriptor source) in launch.Leaked)
        {
            _ = Native.ActionsDuplicate(actions, source.Number, ParkingBase + number);
        }

        foreach (int number in launch.Leaked.Keys)
        {
            _ = Native.ActionsDuplicate(actions, ParkingBase + number, number);
            _ = Native.ActionsClose(actions, ParkingBase + number);
        }

        if (launch.WorkingDirectory is not null)
        {
            _ = Native.ActionsChangeDirectory(actions, launch.WorkingDirectory);
        }
    }

    // Keeps the pipes from filling while the process runs.
    private bool PollOnce(TimeSpan timeout)
    {
        Native.PollEntry* entries = stackalloc Native.PollEntry[3];
        entries[0] = new Native.PollEntry { Descriptor = _pidfd.Number, Events = Native.PollIn };
        entries[1] = Entry(Output);
        entries[2] = Entry(Error);
        _ = Native.Poll(entries, 3, Math.Max(0, (int)timeout.TotalMilliseconds));
        Output?.Drain();
        Error?.Drain();
        return entries[0].Returned != 0;
    }

    // poll ignores a negative descriptor.
    private static Native.PollEntry Entry(OutputReader? reader) =>
        new() { Descriptor = reader is { AtEnd: false } ? reader.Source.Number : -1, Events = Native.PollIn };

    private Outcome Collect()
    {
        int pid = Native.WaitPid(Pid, out int status, 0);
        _ = Native.Check(pid, "waitpid");
        Output?.Drain();
        Error?.Drain();
        _outcome = new Outcome(Signals.StatusOf(status), Output?.Text ?? string.Empty, Error?.Text ?? string.Empty);
        return _outcome;
    }

    private string Describe()
    {
        try
        {
            return string.Create(CultureInfo.InvariantCulture, $"waits in {File.ReadAllText($"/proc/{Pid}/wchan")}");
        }
        catch (IOException)
        {
            return "is gone";
        }
    }
}

/// <summary>A NULL-terminated array of C strings.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly int _count;

    internal NativeStrings(IReadOnlyList<string> strings)
    {
        _count = strings.Count;
        Pointers = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < _count; i++)
        {
            Pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        }
    }

    internal byte** Pointers { get; }

    public void Dispose()
    {
        for (int i = 0; i < _count; i++)
        {
            Marshal.FreeCoTaskMem((nint)Pointers[i]);
        }

        NativeMemory.Free(Pointers);
    }
}
