// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Plan;

/// <summary>A filter of system calls, ready for <c>seccomp(SECCOMP_SET_MODE_FILTER)</c>. seccomp(2).</summary>
public sealed record SeccompPlan
{
    /// <summary>At least one instruction, at most <see cref="SockFilter.MaximumLength"/>.</summary>
    public required ImmutableArray<SockFilter> Program { get; init; }

    public required SeccompFilterFlags Flags { get; init; }

    /// <summary>Not null exactly where the flags ask for a listener.</summary>
    public SeccompListenerPlan? Listener { get; init; }
}

/// <summary>Who decides on the calls of <c>SCMP_ACT_NOTIFY</c>. seccomp_unotify(2).</summary>
/// <param name="Path">Absolute, on the host: a stream socket.</param>
/// <param name="Metadata">Passed on as it is; empty where config.json has none.</param>
/// <param name="LetsSendmsg">Whether the filter itself lets sendmsg(2) pass, so that who loads it can hand its listener on.</param>
public sealed record SeccompListenerPlan(KernelString Path, string Metadata, bool LetsSendmsg);
