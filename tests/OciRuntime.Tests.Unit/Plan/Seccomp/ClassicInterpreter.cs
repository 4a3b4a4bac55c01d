// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Abi.Seccomp;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan.Seccomp;

/// <summary>What a filter sees of one call.</summary>
internal readonly record struct Call(uint Architecture, uint Number, ulong[] Arguments)
{
    public override string ToString() => $"arch 0x{Architecture:x} nr 0x{Number:x} args {string.Join(' ', Arguments)}";
}

/// <summary>Checks classic BPF as the kernel does, and runs it.</summary>
internal static class ClassicInterpreter
{
    /// <summary>kernel/seccomp.c, seccomp_check_filter, and net/core/filter.c, bpf_check_classic: what would be EINVAL.</summary>
    internal static void Check(ImmutableArray<SockFilter> program)
    {
        Assert.InRange(program.Length, 1, SockFilter.MaximumLength);
        Assert.Equal(ClassicOpcode.Return, program[^1].Code);
        for (int at = 0; at < program.Length; at++)
        {
            SockFilter instruction = program[at];
            switch (instruction.Code)
            {
                case ClassicOpcode.Load:
                    Assert.True(instruction.Value % 4 == 0 && instruction.Value < 64, $"{at}: loads from {instruction.Value}");
                    break;
                case ClassicOpcode.Jump:
                    Assert.True(at + 1 + (long)instruction.Value < program.Length, $"{at}: jumps off the end");
                    break;
                case ClassicOpcode.JumpIfEqual or ClassicOpcode.JumpIfGreater or ClassicOpcode.JumpIfGreaterOrEqual or ClassicOpcode.JumpIfAnySet:
                    int longest = Math.Max(instruction.JumpTrue, instruction.JumpFalse);
                    Assert.True(at + 1 + longest < program.Length, $"{at}: jumps off the end");
                    break;
                default:
                    Assert.True(instruction.Code is ClassicOpcode.And or ClassicOpcode.Return, $"{at}: code {instruction.Code}");
                    break;
            }
        }
    }

    internal static uint Run(ImmutableArray<SockFilter> program, Call call) => Run(program, call, out _, out _);

    /// <param name="readsNumber">Whether the verdict depends on the number of the call.</param>
    /// <param name="readsArguments">Whether the verdict depends on more than architecture and number: the kernel can't cache it then.</param>
    internal static uint Run(ImmutableArray<SockFilter> program, Call call, out bool readsNumber, out bool readsArguments)
    {
        uint accumulator = 0;
        readsNumber = false;
        readsArguments = false;
        for (int at = 0; ; at++)
        {
            SockFilter instruction = program[at];
            switch (instruction.Code)
            {
                case ClassicOpcode.Load:
                    readsNumber |= instruction.Value == 0;
                    readsArguments |= instruction.Value >= 8;
                    accumulator = Word(call, instruction.Value);
                    break;
                case ClassicOpcode.And:
                    accumulator &= instruction.Value;
                    break;
                case ClassicOpcode.Jump:
                    at += (int)instruction.Value;
                    break;
                case ClassicOpcode.Return:
                    return instruction.Value;
                default:
                    at += Holds(instruction, accumulator) ? instruction.JumpTrue : instruction.JumpFalse;
                    break;
            }
        }
    }

    private static bool Holds(SockFilter instruction, uint accumulator) => instruction.Code switch
    {
        ClassicOpcode.JumpIfEqual => accumulator == instruction.Value,
        ClassicOpcode.JumpIfGreater => accumulator > instruction.Value,
        ClassicOpcode.JumpIfGreaterOrEqual => accumulator >= instruction.Value,
        ClassicOpcode.JumpIfAnySet => (accumulator & instruction.Value) != 0,
        _ => throw new InvalidOperationException($"code {instruction.Code}"),
    };

    // struct seccomp_data on a little-endian machine.
    private static uint Word(Call call, uint offset) => offset switch
    {
        0 => call.Number,
        4 => call.Architecture,
        < 16 => throw new InvalidOperationException("the instruction pointer is nobody's business"),
        _ => unchecked((uint)(call.Arguments[(offset - 16) / 8] >> (offset % 8 == 0 ? 0 : 32))),
    };
}
