// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Plan.Compile;

/// <summary>What can become of a call: a verdict, or one that depends on its arguments. Equal ones are one, and one piece of program.</summary>
internal sealed class SeccompOutcomes(uint defaultVerdict)
{
    /// <summary>libseccomp's answer to a calling convention that the filter does not have.</summary>
    internal const uint BadArchitecture = SeccompReturn.SECCOMP_RET_KILL_THREAD;

    private const int NotPlaced = -1;

    private readonly List<Outcome> _outcomes = new(32);

    internal int Always(uint verdict)
    {
        for (int i = 0; i < _outcomes.Count; i++)
        {
            if (_outcomes[i].Rules is null && _outcomes[i].Verdict == verdict)
            {
                return i;
            }
        }

        _outcomes.Add(new Outcome { Verdict = verdict });
        return _outcomes.Count - 1;
    }

    /// <param name="isWide">Whether arguments have 64 bits; else their upper halves don't count.</param>
    internal int Of(SeccompProfile profile, int syscall, bool isWide)
    {
        if (profile.TryUnconditional(syscall, isWide, out uint verdict))
        {
            return Always(verdict);
        }

        return profile.Conditional(syscall) is { } rules ? OfRules(rules, isWide) : Always(defaultVerdict);
    }

    /// <summary>
    /// socketcall(2) or ipc(2). As with libseccomp: a rule for one of the calls behind it holds for it, too, with a first argument that says
    /// so; the other arguments keep their conditions.
    /// </summary>
    /// <param name="names">The name of call number 1 + index.</param>
    internal int OfMultiplexer(SeccompProfile profile, int syscall, ReadOnlySpan<string> names, bool isWide)
    {
        if (profile.TryUnconditional(syscall, isWide, out uint verdict))
        {
            return Always(verdict);
        }

        List<SeccompRule> rules = [.. profile.Conditional(syscall) ?? []];
        for (int i = 0; i < names.Length; i++)
        {
            int behind = SyscallNames.IndexOf(names[i]);
            if (behind == SyscallNames.Unknown || !profile.Names(behind))
            {
                continue;
            }

            SeccompCondition number = new(0, SeccompOperator.Equal, ulong.MaxValue, (ulong)i + 1);
            if (profile.TryUnconditional(behind, isWide, out uint own))
            {
                rules.Add(new SeccompRule(own, [number]));
                continue;
            }

            foreach (SeccompRule rule in profile.Conditional(behind) ?? [])
            {
                rules.Add(rule with { Conditions = [number, .. Array.FindAll(rule.Conditions, static condition => condition.Argument != 0)] });
            }
        }

        return rules.Count == 0 ? Always(defaultVerdict) : OfRules(rules, isWide);
    }

    /// <summary>Puts the piece of program for an outcome in place, if it is not yet there.</summary>
    internal void Emit(SeccompAssembler program, int outcome)
    {
        Outcome wanted = _outcomes[outcome];
        if (wanted.Rules is null || wanted.Place != NotPlaced)
        {
            return;
        }

        int next = program.Return(defaultVerdict);
        for (int i = wanted.Rules.Length - 1; i >= 0; i--)
        {
            int place = program.Return(wanted.Rules[i].Verdict);
            SeccompCondition[] conditions = wanted.Rules[i].Conditions;
            for (int j = conditions.Length - 1; j >= 0; j--)
            {
                place = SeccompComparison.Emit(program, conditions[j], wanted.IsWide, place, next);
            }

            next = place;
        }

        wanted.Place = next;
    }

    internal int PlaceOf(SeccompAssembler program, int outcome) =>
        _outcomes[outcome] is { Rules: null } always ? program.Return(always.Verdict) : _outcomes[outcome].Place;

    private int OfRules(List<SeccompRule> rules, bool isWide)
    {
        for (int i = 0; i < _outcomes.Count; i++)
        {
            if (_outcomes[i].IsWide == isWide && _outcomes[i].Source is { } source && IsSame(source, rules))
            {
                return i;
            }
        }

        _outcomes.Add(new Outcome { Source = rules, Rules = InOrder(rules), IsWide = isWide });
        return _outcomes.Count - 1;
    }

    private static bool IsSame(List<SeccompRule> left, List<SeccompRule> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (!ReferenceEquals(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    // Where several rules hold, the kernel's order of verdicts among filters decides, whatever the order in the profile: seccomp(2).
    private static SeccompRule[] InOrder(List<SeccompRule> rules)
    {
        SeccompRule[] ordered = new SeccompRule[rules.Count];
        for (int i = 0; i < ordered.Length; i++)
        {
            int place = i;
            for (; place > 0 && Precedence(ordered[place - 1]) > Precedence(rules[i]); place--)
            {
                ordered[place] = ordered[place - 1];
            }

            ordered[place] = rules[i];
        }

        return ordered;
    }

    private static int Precedence(SeccompRule rule) => unchecked((int)(rule.Verdict & ~SeccompReturn.DataMask));

    private sealed class Outcome
    {
        internal uint Verdict { get; init; }

        /// <summary>Null: the verdict, always. Else the first whose conditions hold, and the default verdict if none does.</summary>
        internal SeccompRule[]? Rules { get; init; }

        /// <summary>In the order of the profile.</summary>
        internal List<SeccompRule>? Source { get; init; }

        internal bool IsWide { get; init; }
        internal int Place { get; set; } = NotPlaced;
    }
}
