// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Spec;

namespace OciRuntime.Tests.Unit.Plan.Seccomp;

/// <summary>Valid profiles from a seed: few names with many rules, so that rules meet.</summary>
internal sealed class RandomProfile(int seed)
{
    private static readonly string[] s_actions =
    [
        "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG",
    ];

    private static readonly string[] s_operators =
        ["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"];

    private static readonly string[] s_favourites =
        ["read", "clone", "personality", "socket", "socketcall", "bind", "semop", "ipc", "chown32", "set_tls", "no_such_call", "fchroot", "openat2"];

    private static readonly ulong[] s_values =
        [0, 1, 2, 3, 40, 0x7E02_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0001, 0x7FFF_FFFF_FFFF_FFFF, ulong.MaxValue];

    private readonly Random _random = new(seed);

    internal static ReadOnlySpan<ulong> Values => s_values;

    /// <param name="mayMeet">Whether several rules may be for one call, and several conditions for one argument, which are as many rules.</param>
    internal SeccompSpec Next(bool mayMeet)
    {
        string defaultAction = Pick(s_actions);
        List<SeccompSyscallSpec> rules = [];
        HashSet<string> chosen = [];
        int count = _random.Next(12);
        for (int i = 0; i < count; i++)
        {
            string[] names = [.. Enumerable.Range(0, 1 + _random.Next(_random.Next(8) == 0 ? 200 : 4)).Select(_ => Name())];
            (string action, uint? errno) = Action(Pick(s_actions));
            names = mayMeet ? names : [.. names.Where(chosen.Add)];

            if (names.Length > 0)
            {
                rules.Add(new SeccompSyscallSpec { Names = [.. names], Action = action, ErrnoRet = errno, Args = Conditions(mayMeet) });
            }
        }

        (defaultAction, uint? defaultErrno) = Action(defaultAction);
        return new SeccompSpec
        {
            DefaultAction = defaultAction,
            DefaultErrnoRet = defaultErrno,
            Architectures = Architectures(),
            Syscalls = [.. rules],
        };
    }

    /// <summary>Calls that come close to the borders of the profile's rules.</summary>
    internal IEnumerable<Call> Calls(SeccompSpec profile, SeccompArchitecture native, int count)
    {
        SeccompArchitecture[] listed = [native, .. profile.Architectures.Select(Enum.Parse<SeccompArchitecture>)];
        string[] named = [.. profile.Syscalls.SelectMany(rule => rule.Names)];
        ulong[] values = [.. s_values, .. profile.Syscalls.SelectMany(rule => rule.Args).SelectMany(Around)];
        for (int i = 0; i < count; i++)
        {
            SeccompArchitecture architecture = _random.Next(8) == 0 ? Pick(Enum.GetValues<SeccompArchitecture>()) : Pick(listed);
            (string Name, uint Number)[] numbers = [.. ProfileModel.NumbersOf(architecture)];
            uint number = numbers.FirstOrDefault(each => named.Length > 0 && each.Name == Pick(named), Pick(numbers)).Number;
            number = _random.Next(12) switch
            {
                0 => number + 1,
                1 => number - 1,
                2 => number ^ 0x4000_0000,
                3 => number ^ 0x8000_0000,
                4 => Pick([0u, 0x3FFF_FFFFu, 0x4000_0000u, 0x7FFF_FFFFu, 0x8000_0000u, 0xBFFF_FFFFu, 0xC000_0000u, 0xFFFF_FFFEu, 0xFFFF_FFFFu]),
                _ => number,
            };
            ulong[] arguments = [.. Enumerable.Range(0, SeccompData.ArgumentCount).Select(_ => Pick(values))];
            yield return new Call(SeccompArchitectures.AuditArchOf(architecture), number, arguments);
        }
    }

    private static IEnumerable<ulong> Around(SeccompArgSpec condition)
    {
        ulong value = condition.Value!.Value;
        ulong other = (condition.ValueTwo ?? 0) & value;
        return unchecked([value, value + 1, value - 1, value ^ 0x1_0000_0000, other, other | ~value, ~value]);
    }

    private string Name() => _random.Next(3) == 0 ? SyscallNames.NameOf(_random.Next(SyscallNames.Count)) : Pick(s_favourites);

    private (string Action, uint? Errno) Action(string action) =>
        (action, action is "SCMP_ACT_ERRNO" or "SCMP_ACT_TRACE" && _random.Next(2) == 0 ? (uint)_random.Next(200) : null);

    private ImmutableArray<SeccompArgSpec> Conditions(bool mayMeet)
    {
        int count = _random.Next(3) == 0 ? 0 : 1 + _random.Next(3);
        int first = _random.Next(SeccompData.ArgumentCount);
        return
        [
            .. Enumerable.Range(first, count).Select(next => new SeccompArgSpec
            {
                Index = (uint)((mayMeet ? _random.Next(SeccompData.ArgumentCount) : next) % SeccompData.ArgumentCount),
                Op = Pick(s_operators),
                Value = Pick(s_values),
                ValueTwo = _random.Next(2) == 0 ? null : Pick(s_values),
            }),
        ];
    }

    private ImmutableArray<string> Architectures() => _random.Next(4) switch
    {
        0 => [],
        1 => ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        2 => ["SCMP_ARCH_X86"],
        _ => [.. Enumerable.Range(0, 1 + _random.Next(4)).Select(_ => Pick(SeccompArchitectures.Names.ToArray()))],
    };

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
}
