// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Plan.Compile;

/// <summary><c>SCMP_CMP_*</c>.</summary>
internal enum SeccompOperator
{
    NotEqual,
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
    MaskedEqual,
}

/// <param name="Mask">All ones for all operators but the masked one.</param>
internal readonly record struct SeccompCondition(int Argument, SeccompOperator Operator, ulong Mask, ulong Value);

/// <summary>A verdict for calls whose arguments meet all conditions.</summary>
internal sealed record SeccompRule(uint Verdict, SeccompCondition[] Conditions);

/// <summary>A checked profile: for each system call what decides on it.</summary>
internal sealed class SeccompProfile(uint defaultVerdict)
{
    private const uint NoVerdict = SeccompReturn.SECCOMP_RET_ALLOW | SeccompReturn.DataMask;

    // By the index of SyscallNames.
    private readonly bool[] _named = new bool[SyscallNames.Count];
    private readonly uint[] _unconditional = NewVerdicts();
    private readonly List<SeccompRule>?[] _conditional = new List<SeccompRule>?[SyscallNames.Count];

    internal uint DefaultVerdict => defaultVerdict;

    /// <summary>The calling conventions whose rules the filter has: the native one, then the others that the profile names.</summary>
    internal List<SeccompArchitecture> Architectures { get; } = [];

    internal bool Names(int syscall) => _named[syscall];

    /// <param name="isWide">Whether arguments have 64 bits. A mask that covers upper halves only is no condition where they don't count.</param>
    internal bool TryUnconditional(int syscall, bool isWide, out uint verdict)
    {
        verdict = _unconditional[syscall];
        if (!isWide && _conditional[syscall] is { } rules
            && rules.Find(static rule => Array.TrueForAll(rule.Conditions, static condition => (uint)condition.Mask == 0)) is { } always)
        {
            verdict = always.Verdict;
        }

        return verdict != NoVerdict;
    }

    /// <summary>Those before the first without conditions; null where there are none.</summary>
    internal List<SeccompRule>? Conditional(int syscall) => _conditional[syscall];

    /// <summary>
    /// As with libseccomp: a rule with the default verdict says nothing; the first rule without conditions beats all others.
    /// </summary>
    internal void Add(string name, uint verdict, List<SeccompRule> rules)
    {
        int syscall = SyscallNames.IndexOf(name);
        if (syscall == SyscallNames.Unknown)
        {
            return;
        }

        _named[syscall] = true;
        if (verdict == defaultVerdict || _unconditional[syscall] != NoVerdict)
        {
            return;
        }

        if (rules.Count != 0)
        {
            (_conditional[syscall] ??= []).AddRange(rules);
        }
        else
        {
            _unconditional[syscall] = verdict;
        }
    }

    private static uint[] NewVerdicts()
    {
        uint[] verdicts = new uint[SyscallNames.Count];
        Array.Fill(verdicts, NoVerdict);
        return verdicts;
    }
}
