// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Plan.Compile;

/// <summary>Puts classic BPF together, from its last instruction to its first: where a jump goes to is always there already.</summary>
/// <remarks>A place is the number of instructions behind it. A conditional jump skips 255 at most: a verdict that is further away is repeated.</remarks>
internal sealed class SeccompAssembler
{
    // 255, but for the two instructions that may yet come between a jump and its targets.
    private const int FarthestSkip = 253;

    // The last is the first of the program.
    private readonly List<SockFilter> _reversed = new(512);
    private readonly Dictionary<uint, int> _verdicts = [];

    /// <summary>The place of an instruction that returns the verdict, within reach.</summary>
    internal int Return(uint verdict)
    {
        if (_verdicts.TryGetValue(verdict, out int place) && IsNear(place))
        {
            return place;
        }

        place = Add(new SockFilter(ClassicOpcode.Return, 0, 0, verdict));
        _verdicts[verdict] = place;
        return place;
    }

    /// <summary>Goes on to the instruction at <paramref name="next"/>, which may be anywhere.</summary>
    internal int Then(ushort code, uint value, int next)
    {
        if (next != _reversed.Count - 1)
        {
            AddJump(next);
        }

        return Add(new SockFilter(code, 0, 0, value));
    }

    internal int JumpIf(ushort code, uint value, int whereTrue, int whereFalse)
    {
        if (whereTrue == whereFalse)
        {
            return whereTrue;
        }

        whereTrue = Reach(whereTrue);
        whereFalse = Reach(whereFalse);
        return Add(new SockFilter(code, Skip(whereTrue), Skip(whereFalse), value));
    }

    internal ImmutableArray<SockFilter> Finish()
    {
        _reversed.Reverse();
        return [.. _reversed];
    }

    private int Reach(int place) => IsNear(place) ? place : AddJump(place);

    private int AddJump(int place) => Add(new SockFilter(ClassicOpcode.Jump, 0, 0, (uint)(_reversed.Count - place - 1)));

    private bool IsNear(int place) => _reversed.Count - place - 1 <= FarthestSkip;

    private byte Skip(int place) => checked((byte)(_reversed.Count - place - 1));

    private int Add(SockFilter instruction)
    {
        _reversed.Add(instruction);
        return _reversed.Count - 1;
    }
}
