// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using OciRuntime.Abi.Bpf;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>Runs a device program as the kernel would: <c>bpf_cgroup_dev_ctx</c> in register 1, the answer in register 0.</summary>
internal static class BpfInterpreter
{
    internal static bool Allows(ImmutableArray<BpfInstruction> program, DeviceType type, uint major, uint minor, DeviceAccess access)
    {
        // An empty program is none: nothing is refused.
        if (program.IsEmpty)
        {
            return true;
        }

        uint[] context = [(uint)type | ((uint)access << 16), major, minor];
        ulong[] registers = new ulong[11];
        bool[] written = new bool[11];
        for (int at = 0; at < program.Length; at++)
        {
            BpfInstruction instruction = program[at];
            int destination = instruction.Registers & 0xF;
            int source = instruction.Registers >> 4;
            uint immediate = unchecked((uint)instruction.Immediate);
            switch (instruction.Code)
            {
                case BpfOpcode.LoadWord when source == 1:
                    registers[destination] = context[instruction.Offset / 4];
                    break;
                case BpfOpcode.Move32:
                    Need(written, source);
                    registers[destination] = (uint)registers[source];
                    break;
                case BpfOpcode.MoveImmediate32:
                    registers[destination] = immediate;
                    break;
                case BpfOpcode.AndImmediate32:
                    Need(written, destination);
                    registers[destination] = (uint)registers[destination] & immediate;
                    break;
                case BpfOpcode.ShiftRightImmediate32:
                    Need(written, destination);
                    registers[destination] = (uint)registers[destination] >> (int)immediate;
                    break;
                case BpfOpcode.Exit:
                    Need(written, 0);
                    return registers[0] != 0;
                default:
                    at += Jumps(instruction.Code, registers, written, destination, immediate) ? instruction.Offset : 0;
                    continue;
            }

            written[destination] = true;
        }

        throw new InvalidOperationException("the program runs off its end");
    }

    /// <summary>What the kernel's verifier would refuse in a program without loops: a jump that leaves it or goes back, code that is not reached.</summary>
    internal static void Verify(ImmutableArray<BpfInstruction> program)
    {
        if (program.IsEmpty)
        {
            return;
        }

        bool[] reached = new bool[program.Length + 1];
        reached[0] = true;
        for (int at = 0; at < program.Length; at++)
        {
            if (!reached[at])
            {
                throw new InvalidOperationException($"instruction {at} is not reached");
            }

            BpfInstruction instruction = program[at];
            bool isJump = (instruction.Code & 7) is 5 or 6 && instruction.Code != BpfOpcode.Exit;
            if (isJump && instruction.Offset < 0)
            {
                throw new InvalidOperationException($"instruction {at} jumps back");
            }

            if (isJump)
            {
                reached[at + 1 + instruction.Offset] = true;
            }

            if (instruction.Code is not (BpfOpcode.Exit or BpfOpcode.Jump))
            {
                reached[at + 1] = true;
            }
        }

        if (reached[^1])
        {
            throw new InvalidOperationException("the program runs off its end");
        }
    }

    private static bool Jumps(byte code, ulong[] registers, bool[] written, int register, uint immediate)
    {
        if (code == BpfOpcode.Jump)
        {
            return true;
        }

        Need(written, register);
        uint value = (uint)registers[register];
        return code switch
        {
            BpfOpcode.JumpIfEqual32 => value == immediate,
            BpfOpcode.JumpIfNotEqual32 => value != immediate,
            BpfOpcode.JumpIfAnySet32 => (value & immediate) != 0,
            _ => throw new InvalidOperationException($"unknown instruction {code:x2}"),
        };
    }

    private static void Need(bool[] written, int register)
    {
        if (!written[register])
        {
            throw new InvalidOperationException($"register {register} is read before it is written");
        }
    }
}
