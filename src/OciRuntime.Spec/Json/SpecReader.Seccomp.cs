// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec.Json;

// config-linux.md, "Seccomp".
public static partial class SpecReader
{
    private static SeccompSpec? ReadSeccomp(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? defaultAction = null, listenerPath = null, listenerMetadata = null;
        uint? defaultErrnoRet = null;
        ImmutableArray<string> architectures = [];
        ImmutableArray<string>? flags = null;
        ImmutableArray<SeccompSyscallSpec> syscalls = [];
        while (json.NextMember())
        {
            if (json.Named("defaultAction"u8)) { defaultAction = json.String(); }
            else if (json.Named("defaultErrnoRet"u8)) { defaultErrnoRet = json.UInt32(); }
            else if (json.Named("architectures"u8)) { architectures = json.Strings() ?? []; }
            else if (json.Named("flags"u8)) { flags = json.Strings(); }
            else if (json.Named("listenerPath"u8)) { listenerPath = json.String(); }
            else if (json.Named("listenerMetadata"u8)) { listenerMetadata = json.String(); }
            else if (json.Named("syscalls"u8)) { syscalls = ReadSyscalls(ref json); }
            else { json.Skip(); }
        }

        return new SeccompSpec
        {
            DefaultAction = defaultAction, DefaultErrnoRet = defaultErrnoRet, Architectures = architectures, Flags = flags,
            ListenerPath = listenerPath, ListenerMetadata = listenerMetadata, Syscalls = syscalls,
        };
    }

    private static ImmutableArray<SeccompSyscallSpec> ReadSyscalls(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<SeccompSyscallSpec> syscalls = [];
        while (json.NextElement())
        {
            if (ReadSyscall(ref json) is { } element)
            {
                syscalls.Add(element);
            }
        }

        return JsonCursor.Freeze(syscalls);
    }

    private static SeccompSyscallSpec? ReadSyscall(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        ImmutableArray<string> names = [];
        string? action = null;
        uint? errnoRet = null;
        ImmutableArray<SeccompArgSpec> args = [];
        while (json.NextMember())
        {
            if (json.Named("names"u8)) { names = json.Strings() ?? []; }
            else if (json.Named("action"u8)) { action = json.String(); }
            else if (json.Named("errnoRet"u8)) { errnoRet = json.UInt32(); }
            else if (json.Named("args"u8)) { args = ReadSyscallArgs(ref json); }
            else { json.Skip(); }
        }

        return new SeccompSyscallSpec { Names = names, Action = action, ErrnoRet = errnoRet, Args = args };
    }

    private static ImmutableArray<SeccompArgSpec> ReadSyscallArgs(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<SeccompArgSpec> args = [];
        while (json.NextElement())
        {
            if (ReadSyscallArg(ref json) is { } element)
            {
                args.Add(element);
            }
        }

        return JsonCursor.Freeze(args);
    }

    private static SeccompArgSpec? ReadSyscallArg(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        uint? index = null;
        ulong? value = null, valueTwo = null;
        string? op = null;
        while (json.NextMember())
        {
            if (json.Named("index"u8)) { index = json.UInt32(); }
            else if (json.Named("value"u8)) { value = json.UInt64(); }
            else if (json.Named("valueTwo"u8)) { valueTwo = json.UInt64(); }
            else if (json.Named("op"u8)) { op = json.String(); }
            else { json.Skip(); }
        }

        return new SeccompArgSpec { Index = index, Value = value, ValueTwo = valueTwo, Op = op };
    }
}
