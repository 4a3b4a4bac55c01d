// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;

namespace OciRuntime.Spec;

/// <summary><c>linux.seccomp</c>. config-linux.md, "Seccomp".</summary>
public sealed record SeccompSpec
{
    public string? DefaultAction { get; init; }
    public uint? DefaultErrnoRet { get; init; }
    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>Null where there are none: that is not the same as an empty list.</summary>
    public ImmutableArray<string>? Flags { get; init; }

    public string? ListenerPath { get; init; }
    public string? ListenerMetadata { get; init; }
    public ImmutableArray<SeccompSyscallSpec> Syscalls { get; init; } = [];
}

/// <summary>One entry of <c>linux.seccomp.syscalls</c>.</summary>
public sealed record SeccompSyscallSpec
{
    public ImmutableArray<string> Names { get; init; } = [];
    public string? Action { get; init; }
    public uint? ErrnoRet { get; init; }
    public ImmutableArray<SeccompArgSpec> Args { get; init; } = [];
}

/// <summary>One condition on a system call's argument.</summary>
public sealed record SeccompArgSpec
{
    public uint? Index { get; init; }
    public ulong? Value { get; init; }
    public ulong? ValueTwo { get; init; }
    public string? Op { get; init; }
}
