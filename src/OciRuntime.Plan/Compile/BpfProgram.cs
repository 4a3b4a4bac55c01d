// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Bpf;

namespace OciRuntime.Plan.Compile;

/// <summary>Puts eBPF instructions together: forward jumps to labels get their distances when all is in place.</summary>
internal sealed class BpfProgram
{
    private const int NotPlaced = -1;

    private readonly List<BpfInstruction> _instructions = new(64);
    private readonly List<int> _labels = new(16);
    private readonly List<(int Instruction, int Label)> _jumps = new(32);

    internal void Load(byte destination, byte source, short offset) =>
        _instructions.Add(new BpfInstruction(BpfOpcode.LoadWord, Registers(destination, source), offset, 0));

    internal void Move(byte destination, byte source) =>
        _instructions.Add(new BpfInstruction(BpfOpcode.Move32, Registers(destination, source), 0, 0));

    internal void Add(byte code, byte destination, int immediate) =>
        _instructions.Add(new BpfInstruction(code, Registers(destination, 0), 0, immediate));

    internal int NewLabel()
    {
        _labels.Add(NotPlaced);
        return _labels.Count - 1;
    }

    internal void Place(int label) => _labels[label] = _instructions.Count;

    internal bool IsUsed(int label)
    {
        foreach ((_, int target) in _jumps)
        {
            if (target == label)
            {
                return true;
            }
        }

        return false;
    }

    internal void JumpIf(byte code, byte register, int immediate, int label)
    {
        _jumps.Add((_instructions.Count, label));
        Add(code, register, immediate);
    }

    internal void JumpTo(int label) => JumpIf(BpfOpcode.Jump, 0, 0, label);

    /// <summary>Default if a jump is too far for its 16 bits.</summary>
    internal ImmutableArray<BpfInstruction> Finish()
    {
        foreach ((int instruction, int label) in _jumps)
        {
            int distance = _labels[label] - instruction - 1;
            if (distance > short.MaxValue)
            {
                return default;
            }

            _instructions[instruction] = _instructions[instruction] with { Offset = (short)distance };
        }

        return [.. _instructions];
    }

    private static byte Registers(byte destination, byte source) => (byte)((source << 4) | destination);
}
