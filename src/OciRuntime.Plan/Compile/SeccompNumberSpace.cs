// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Plan.Compile;

/// <summary>From this number up to the next range's, one outcome.</summary>
/// <param name="Outcome">Of <see cref="SeccompOutcomes"/>.</param>
internal readonly record struct SeccompRange(uint First, int Outcome);

/// <summary>What becomes of each of the 2^32 numbers of one audit architecture.</summary>
internal sealed class SeccompNumberSpace
{
    private const uint Enosys = SeccompReturn.SECCOMP_RET_ERRNO | (uint)Errno.ENOSYS;

    private readonly SeccompProfile _profile;
    private readonly SeccompOutcomes _outcomes;
    private readonly bool _hidesNewCalls;
    private readonly int _default;

    private SeccompNumberSpace(SeccompProfile profile, SeccompOutcomes outcomes)
    {
        _profile = profile;
        _outcomes = outcomes;
        _default = outcomes.Always(profile.DefaultVerdict);

        // As runc: the author of a profile that refuses what it does not name could not know of calls newer than all that it names. A program
        // that tries one must find it missing, not forbidden, or it does not fall back.
        uint action = profile.DefaultVerdict & ~SeccompReturn.DataMask;
        _hidesNewCalls = action is not (SeccompReturn.SECCOMP_RET_ALLOW or SeccompReturn.SECCOMP_RET_LOG or SeccompReturn.SECCOMP_RET_TRACE);
    }

    /// <summary>In order, without gaps, from 0; neighbours differ.</summary>
    internal List<SeccompRange> Ranges { get; } = new(128);

    internal static SeccompNumberSpace Of(SeccompProfile profile, SeccompOutcomes outcomes, uint auditArchitecture)
    {
        SeccompNumberSpace space = new(profile, outcomes);
        if (auditArchitecture == SeccompArchitectures.AuditArchOf(SeccompArchitecture.SCMP_ARCH_X86_64))
        {
            space.AddX64();
            return space;
        }

        foreach (SeccompArchitecture architecture in profile.Architectures)
        {
            if (SeccompArchitectures.AuditArchOf(architecture) == auditArchitecture)
            {
                space.AddTable(architecture, 0);
            }
        }

        return space;
    }

    // x86-64 and x32 are one audit architecture and differ by bit 30 of the number, which decides even where bit 31 is set.
    private void AddX64()
    {
        const uint Bit = SeccompArchitectures.X32Bit;
        const uint SignBit = 0x80000000;
        int bad = _outcomes.Always(SeccompOutcomes.BadArchitecture);
        int aboveX64 = bad;
        if (_profile.Architectures.Contains(SeccompArchitecture.SCMP_ARCH_X86_64))
        {
            aboveX64 = AddTable(SeccompArchitecture.SCMP_ARCH_X86_64, 0);
        }
        else
        {
            Append(0, bad);
        }

        bool hasX32 = _profile.Architectures.Contains(SeccompArchitecture.SCMP_ARCH_X32);
        int aboveX32 = bad;
        if (hasX32)
        {
            aboveX32 = AddTable(SeccompArchitecture.SCMP_ARCH_X32, Bit);
        }
        else
        {
            Append(Bit, bad);
        }

        bool hides = aboveX64 == _outcomes.Always(Enosys);
        Append(SignBit, hides ? aboveX64 : hasX32 ? _default : bad);
        Append(SignBit | Bit, aboveX32);

        // seccomp(2): a tracer gives a call the number −1 to have it skipped.
        Append(uint.MaxValue, hasX32 ? aboveX32 : _default);
    }

    /// <param name="bit">Set in all numbers of the table; the first of its ranges starts there.</param>
    /// <returns>The outcome for numbers above all that the profile names.</returns>
    private int AddTable(SeccompArchitecture architecture, uint bit)
    {
        List<ulong> calls = CollectCalls(architecture, bit, out uint newest);
        bool hides = _hidesNewCalls && newest != 0;
        int above = hides ? _outcomes.Always(Enosys) : _default;
        if (hides && architecture is SeccompArchitecture.SCMP_ARCH_S390 or SeccompArchitecture.SCMP_ARCH_S390X)
        {
            // arch/s390/kernel/syscall.c: a number that the kernel does not know arrives as 0.
            calls.Add((uint)above);
        }

        calls.Sort();
        uint next = bit;
        foreach (ulong call in calls)
        {
            uint number = (uint)(call >> 32);
            if (number > next)
            {
                Append(next, _default);
            }

            Append(number, unchecked((int)call));
            next = number + 1;
        }

        if (next <= newest || !hides)
        {
            Append(next, _default);
        }

        if (hides)
        {
            Append(newest + 1, above);
        }

        return above;
    }

    /// <returns>The number in the upper half, the outcome in the lower.</returns>
    private List<ulong> CollectCalls(SeccompArchitecture architecture, uint bit, out uint newest)
    {
        ReadOnlySpan<ushort> table = SyscallNumbers.TableOf(architecture);
        bool isWide = SeccompArchitectures.Has64BitArguments(architecture);
        int socketcall = SyscallNames.IndexOf(CallMultiplexer.Socketcall);
        int ipc = SyscallNames.IndexOf(CallMultiplexer.Ipc);
        bool hasMultiplexers = SyscallNumbers.TryDecode(table[socketcall], out _);
        List<ulong> calls = new(SyscallNames.Count);
        newest = 0;
        for (int syscall = 0; syscall < table.Length; syscall++)
        {
            int outcome = _default;
            if (hasMultiplexers && syscall == socketcall)
            {
                outcome = _outcomes.OfMultiplexer(_profile, syscall, CallMultiplexer.SocketcallNames, isWide);
            }
            else if (hasMultiplexers && syscall == ipc)
            {
                outcome = _outcomes.OfMultiplexer(_profile, syscall, CallMultiplexer.IpcNames, isWide);
            }
            else if (_profile.Names(syscall))
            {
                outcome = _outcomes.Of(_profile, syscall, isWide);
            }

            if ((outcome != _default || _profile.Names(syscall)) && SyscallNumbers.TryDecode(table[syscall], out uint number))
            {
                number |= bit;
                newest = Math.Max(newest, number);
                if (outcome != _default)
                {
                    calls.Add(((ulong)number << 32) | (uint)outcome);
                }
            }
        }

        return calls;
    }

    private void Append(uint first, int outcome)
    {
        if (Ranges.Count == 0 || Ranges[^1].Outcome != outcome)
        {
            Ranges.Add(new SeccompRange(first, outcome));
        }
    }
}
