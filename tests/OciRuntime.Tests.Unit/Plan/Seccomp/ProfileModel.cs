// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Spec;

namespace OciRuntime.Tests.Unit.Plan.Seccomp;

/// <summary>The verdict on one call, straight from the profile: slow, without programs, and as plain as the rules can be said.</summary>
internal sealed class ProfileModel
{
    private const uint Enosys = SeccompReturn.SECCOMP_RET_ERRNO | 38;

    private readonly SeccompSpec _profile;
    private readonly HashSet<SeccompArchitecture> _architectures;
    private readonly uint _default;

    internal ProfileModel(SeccompSpec profile, SeccompArchitecture native)
    {
        _profile = profile;
        _architectures = [native, .. profile.Architectures.Select(Enum.Parse<SeccompArchitecture>)];
        _default = Verdict(profile.DefaultAction!, profile.DefaultErrnoRet);
    }

    internal uint Evaluate(Call call)
    {
        if (!TryFindConvention(call, out SeccompArchitecture architecture))
        {
            return SeccompReturn.SECCOMP_RET_KILL_THREAD;
        }

        return IsNewerThanTheProfile(call, architecture) ? Enosys : EvaluateRules(call, architecture);
    }

    internal static uint Verdict(string action, uint? errno) => action switch
    {
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => 0,
        "SCMP_ACT_KILL_PROCESS" => 0x8000_0000,
        "SCMP_ACT_TRAP" => 0x0003_0000,
        "SCMP_ACT_ERRNO" => 0x0005_0000 | (errno ?? 1),
        "SCMP_ACT_NOTIFY" => 0x7FC0_0000,
        "SCMP_ACT_TRACE" => 0x7FF0_0000 | (errno ?? 1),
        "SCMP_ACT_LOG" => 0x7FFC_0000,
        "SCMP_ACT_ALLOW" => 0x7FFF_0000,
        _ => throw new ArgumentException(action),
    };

    /// <summary>The numbers that rules of the profile name, for a calling convention.</summary>
    internal static IEnumerable<(string Name, uint Number)> NumbersOf(SeccompArchitecture architecture)
    {
        for (int i = 0; i < SyscallNames.Count; i++)
        {
            if (SyscallNumbers.TryDecode(SyscallNumbers.TableOf(architecture)[i], out uint number))
            {
                uint bit = architecture == SeccompArchitecture.SCMP_ARCH_X32 ? 0x4000_0000u : 0;
                yield return (SyscallNames.NameOf(i), number | bit);
            }
        }
    }

    // x32 is x86-64 with bit 30 in the number; −1 is a call that a tracer skips, and no x32 call where there is no x32.
    private bool TryFindConvention(Call call, out SeccompArchitecture architecture)
    {
        foreach (SeccompArchitecture candidate in _architectures.OrderBy(each => each == SeccompArchitecture.SCMP_ARCH_X32))
        {
            architecture = candidate;
            if (SeccompArchitectures.AuditArchOf(candidate) != call.Architecture)
            {
                continue;
            }

            bool isX32 = (call.Number & 0x4000_0000) != 0;
            bool hasX32 = _architectures.Contains(SeccompArchitecture.SCMP_ARCH_X32);
            bool matches = candidate switch
            {
                SeccompArchitecture.SCMP_ARCH_X86_64 => !isX32 || (call.Number == uint.MaxValue && !hasX32),
                SeccompArchitecture.SCMP_ARCH_X32 => isX32,
                _ => true,
            };

            // Bit 31 alone: below nothing, above everything that x86-64 has; a stray call unless new calls are hidden.
            if (candidate == SeccompArchitecture.SCMP_ARCH_X86_64 && matches && call.Number is >= 0x8000_0000 and < uint.MaxValue)
            {
                matches = hasX32 || IsNewerThanTheProfile(call, candidate);
            }

            if (matches)
            {
                return true;
            }
        }

        architecture = default;
        return false;
    }

    private bool IsNewerThanTheProfile(Call call, SeccompArchitecture architecture)
    {
        bool isSkipped = architecture == SeccompArchitecture.SCMP_ARCH_X86_64 && call.Number == uint.MaxValue;
        if (isSkipped || _profile.DefaultAction is "SCMP_ACT_ALLOW" or "SCMP_ACT_LOG" or "SCMP_ACT_TRACE")
        {
            return false;
        }

        HashSet<string> named = [.. _profile.Syscalls.SelectMany(rule => rule.Names)];
        Dictionary<string, uint> numbers = NumbersOf(architecture).ToDictionary(each => each.Name, each => each.Number);
        uint newest = numbers.Where(each => named.Contains(each.Key)).Select(each => each.Value).DefaultIfEmpty(0u).Max();
        foreach ((string multiplexer, IEnumerable<string> calls) in Multiplexed)
        {
            if (numbers.TryGetValue(multiplexer, out uint number) && calls.Any(name => name.Length > 0 && RulesFor(name).Any()))
            {
                newest = Math.Max(newest, number);
            }
        }

        bool isZeroOfS390 = call.Number == 0 && (architecture is SeccompArchitecture.SCMP_ARCH_S390 or SeccompArchitecture.SCMP_ARCH_S390X);
        return newest != 0 && (call.Number > newest || isZeroOfS390);
    }

    private static IEnumerable<(string Multiplexer, string[] Calls)> Multiplexed =>
        [("socketcall", CallMultiplexer.SocketcallNames.ToArray()), ("ipc", CallMultiplexer.IpcNames.ToArray())];

    private uint EvaluateRules(Call call, SeccompArchitecture architecture)
    {
        bool isWide = SeccompArchitectures.Has64BitArguments(architecture);
        List<(uint Verdict, List<SeccompArgSpec> Conditions)> rules = [];
        List<string> names = [.. NumbersOf(architecture).Where(each => each.Number == call.Number).Select(each => each.Name)];
        foreach (string name in names)
        {
            rules.AddRange(RulesFor(name));
            foreach ((string multiplexer, string[] calls) in Multiplexed)
            {
                for (int i = 0; name == multiplexer && i < calls.Length; i++)
                {
                    SeccompArgSpec number = new() { Index = 0, Op = "SCMP_CMP_EQ", Value = (ulong)i + 1 };
                    List<(uint Verdict, List<SeccompArgSpec> Conditions)> own = [.. RulesFor(calls[i])];
                    own = own.Find(rule => rule.Conditions.Count == 0) is { Conditions: not null } first ? [first] : own;
                    rules.AddRange(own.Select(rule => (rule.Verdict, (List<SeccompArgSpec>)[number, .. rule.Conditions.Where(each => each.Index != 0)])));
                }
            }
        }

        foreach ((uint verdict, List<SeccompArgSpec> conditions) in rules)
        {
            if (conditions.TrueForAll(condition => condition.Op == "SCMP_CMP_MASKED_EQ" && Cut(condition.Value!.Value, isWide) == 0))
            {
                return verdict;
            }
        }

        // Of rules that hold the most severe one; of those with one action the first.
        return rules
            .Where(rule => rule.Conditions.TrueForAll(condition => Holds(condition, call.Arguments[condition.Index!.Value], isWide)))
            .OrderBy(rule => unchecked((int)(rule.Verdict & 0xFFFF_0000)))
            .Select(rule => (uint?)rule.Verdict)
            .FirstOrDefault() ?? _default;
    }

    // A rule with the default verdict says nothing; one whose conditions share an argument is one rule for each.
    private IEnumerable<(uint Verdict, List<SeccompArgSpec> Conditions)> RulesFor(string name)
    {
        foreach (SeccompSyscallSpec rule in _profile.Syscalls.Where(rule => rule.Names.Contains(name)))
        {
            uint verdict = Verdict(rule.Action!, rule.ErrnoRet);
            if (verdict == _default)
            {
                continue;
            }

            if (rule.Args.Select(each => each.Index).Distinct().Count() == rule.Args.Length)
            {
                yield return (verdict, [.. rule.Args]);
                continue;
            }

            foreach (SeccompArgSpec condition in rule.Args)
            {
                yield return (verdict, [condition]);
            }
        }
    }

    private static ulong Cut(ulong value, bool isWide) => isWide ? value : unchecked((uint)value);

    private static bool Holds(SeccompArgSpec condition, ulong argument, bool isWide)
    {
        ulong left = Cut(argument, isWide);
        ulong right = Cut(condition.Value!.Value, isWide);
        return condition.Op switch
        {
            "SCMP_CMP_NE" => left != right,
            "SCMP_CMP_LT" => left < right,
            "SCMP_CMP_LE" => left <= right,
            "SCMP_CMP_EQ" => left == right,
            "SCMP_CMP_GE" => left >= right,
            "SCMP_CMP_GT" => left > right,
            "SCMP_CMP_MASKED_EQ" => (left & right) == ((condition.ValueTwo ?? 0) & right),
            _ => throw new ArgumentException(condition.Op),
        };
    }
}
