// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections;
using System.Collections.Generic;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace OciRuntime.Bench;

/// <summary>Starts programs with given descriptors 0, 1 and 2, no other, and every signal as by default.</summary>
internal sealed unsafe class Launcher
{
    private const int ClockMonotonic = 1;
    private readonly byte* _actions = Opaque();
    private readonly byte* _attributes = Opaque();
    private readonly byte** _environment;

    internal Launcher(int input, int output)
    {
        _ = Native.InitialiseActions(_actions);
        _ = Native.AddDuplicate(_actions, input, 0);
        _ = Native.AddDuplicate(_actions, output, 1);
        _ = Native.AddDuplicate(_actions, output, 2);
        // .NET ignores SIGPIPE, and what is ignored stays so in the program.
        byte* signals = Opaque();
        _ = Native.InitialiseAttributes(_attributes);
        _ = Native.SetFlags(_attributes, Native.SetSignalMask | Native.SetSignalDefault);
        _ = Native.FillSignals(signals);
        _ = Native.SetDefaultSignals(_attributes, signals);
        _ = Native.EmptySignals(signals);
        _ = Native.SetBlockedSignals(_attributes, signals);
        List<string> environment = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment.Add($"{variable.Key}={variable.Value}");
        }

        _environment = Strings(environment);
    }

    /// <summary>Runs a program to its end; reaps what is orphaned meanwhile, as a container manager does.</summary>
    internal Outcome Run(IReadOnlyList<string> arguments)
    {
        byte** native = Strings(arguments);
        long begin = Now();
        int program = Start(native);
        int status;
        Native.Usage usage;
        while (Native.Wait(-1, out status, 0, out usage) is int pid && pid != program)
        {
            ThrowIfNone(pid);
        }

        long end = Now();
        Free(native);
        return new Outcome(ExitCode(status), end - begin, usage.MaxResident, string.Empty);
    }

    /// <summary>Runs a program that leaves one in the background, and waits for that one.</summary>
    /// <remarks>
    /// At execve the kernel counts the old memory, too: a program started from here would seem to be at least as large as this one.
    /// The small shell between them makes that harmless.
    /// </remarks>
    internal Outcome RunDetached(IReadOnlyList<string> arguments)
    {
        byte** native = Strings(arguments);
        int shell = Start(native);
        Free(native);
        Outcome outcome = new(0, 0, 0, string.Empty);
        while (Native.Wait(-1, out int status, 0, out Native.Usage usage) is int pid && pid > 0)
        {
            if (pid != shell)
            {
                outcome = outcome with
                {
                    Status = Math.Max(outcome.Status, ExitCode(status)),
                    MaxResident = Math.Max(outcome.MaxResident, usage.MaxResident),
                };
            }
        }

        return outcome;
    }

    private int Start(byte** arguments)
    {
        int error = Native.Spawn(out int pid, arguments[0], _actions, _attributes, arguments, _environment);
        return error == 0 ? pid : throw new Win32Exception(error);
    }

    private static int ExitCode(int status) => (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);

    private static void ThrowIfNone(int pid)
    {
        if (pid < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    private static long Now()
    {
        _ = Native.ReadClock(ClockMonotonic, out Native.TimeSpec time);
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    private static byte* Opaque() => (byte*)NativeMemory.AllocZeroed(Native.OpaqueSize);

    private static byte** Strings(IReadOnlyList<string> strings)
    {
        byte** native = (byte**)NativeMemory.AllocZeroed((nuint)(strings.Count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < strings.Count; i++)
        {
            native[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        }

        return native;
    }

    private static void Free(byte** strings)
    {
        for (int i = 0; strings[i] != null; i++)
        {
            Marshal.FreeCoTaskMem((nint)strings[i]);
        }

        NativeMemory.Free(strings);
    }
}
