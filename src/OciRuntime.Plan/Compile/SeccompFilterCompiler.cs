// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Plan.Compile;

/// <summary>A checked profile to one program of classic BPF.</summary>
/// <remarks>
/// By architecture, then by number: a balanced search over ranges of numbers with one outcome. Arguments are looked at only behind it, so
/// that the kernel sees which calls are always allowed and lets them pass without the program (kernel/seccomp.c, seccomp_is_const_allow).
/// </remarks>
internal sealed class SeccompFilterCompiler(SeccompProfile profile)
{
    private readonly SeccompAssembler _program = new();
    private readonly SeccompOutcomes _outcomes = new(profile.DefaultVerdict);

    internal ImmutableArray<SockFilter> Compile()
    {
        int next = _program.Return(SeccompOutcomes.BadArchitecture);
        for (int i = profile.Architectures.Count - 1; i >= 0; i--)
        {
            SeccompArchitecture architecture = profile.Architectures[i];
            uint audit = SeccompArchitectures.AuditArchOf(architecture);
            if (IsFirstOf(audit, i))
            {
                SeccompNumberSpace space = SeccompNumberSpace.Of(profile, _outcomes, audit);
                int section = EmitSection(space.Ranges);
                next = _program.JumpIf(ClassicOpcode.JumpIfEqual, audit, section, next);
            }
        }

        _program.Then(ClassicOpcode.Load, SeccompData.Architecture, next);
        return _program.Finish();
    }

    private bool IsFirstOf(uint audit, int index)
    {
        for (int i = 0; i < index; i++)
        {
            if (SeccompArchitectures.AuditArchOf(profile.Architectures[i]) == audit)
            {
                return false;
            }
        }

        return true;
    }

    private int EmitSection(List<SeccompRange> ranges)
    {
        foreach (SeccompRange range in ranges)
        {
            _outcomes.Emit(_program, range.Outcome);
        }

        return _program.Then(ClassicOpcode.Load, SeccompData.Number, EmitSearch(ranges, 0, ranges.Count));
    }

    private int EmitSearch(List<SeccompRange> ranges, int from, int to)
    {
        switch (to - from)
        {
            case 1:
                return _outcomes.PlaceOf(_program, ranges[from].Outcome);
            case 3 when ranges[from].Outcome == ranges[from + 2].Outcome && ranges[from + 2].First - ranges[from + 1].First == 1:
                int inside = _outcomes.PlaceOf(_program, ranges[from + 1].Outcome);
                int outside = _outcomes.PlaceOf(_program, ranges[from].Outcome);
                return _program.JumpIf(ClassicOpcode.JumpIfEqual, ranges[from + 1].First, inside, outside);
            default:
                int middle = from + ((to - from) / 2);
                int above = EmitSearch(ranges, middle, to);
                int below = EmitSearch(ranges, from, middle);
                return _program.JumpIf(ClassicOpcode.JumpIfGreaterOrEqual, ranges[middle].First, above, below);
        }
    }
}
