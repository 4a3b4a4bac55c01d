// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Plan.Compile;

/// <summary>A condition on one argument to instructions, which know 32 bits only.</summary>
internal static class SeccompComparison
{
    /// <param name="isWide">False: the upper half of the argument does not count.</param>
    /// <returns>The place of the first instruction, or where it would lead.</returns>
    internal static int Emit(SeccompAssembler program, SeccompCondition condition, bool isWide, int holds, int fails)
    {
        switch (condition.Operator)
        {
            case SeccompOperator.NotEqual:
                return EmitEqual(program, condition, isWide, fails, holds);
            case SeccompOperator.Less:
                return EmitOrder(program, condition, ClassicOpcode.JumpIfGreaterOrEqual, isWide, fails, holds);
            case SeccompOperator.LessOrEqual:
                return EmitOrder(program, condition, ClassicOpcode.JumpIfGreater, isWide, fails, holds);
            case SeccompOperator.GreaterOrEqual:
                return EmitOrder(program, condition, ClassicOpcode.JumpIfGreaterOrEqual, isWide, holds, fails);
            case SeccompOperator.Greater:
                return EmitOrder(program, condition, ClassicOpcode.JumpIfGreater, isWide, holds, fails);
            default:
                return EmitEqual(program, condition, isWide, holds, fails);
        }
    }

    private static int EmitEqual(SeccompAssembler program, SeccompCondition condition, bool isWide, int equal, int different)
    {
        (uint upperMask, uint lowerMask) = Halves(condition.Mask);
        (uint upper, uint lower) = Halves(condition.Value);
        int place = EmitHalf(program, SeccompData.LowerHalf(condition.Argument), lowerMask, lower, equal, different);
        return isWide ? EmitHalf(program, SeccompData.UpperHalf(condition.Argument), upperMask, upper, place, different) : place;
    }

    private static int EmitHalf(SeccompAssembler program, uint offset, uint mask, uint value, int equal, int different)
    {
        if (mask == 0 || equal == different)
        {
            return equal;
        }

        int compared;
        if (mask == uint.MaxValue)
        {
            compared = program.JumpIf(ClassicOpcode.JumpIfEqual, value, equal, different);
        }
        else if (value == 0)
        {
            compared = program.JumpIf(ClassicOpcode.JumpIfAnySet, mask, different, equal);
        }
        else
        {
            compared = program.Then(ClassicOpcode.And, mask, program.JumpIf(ClassicOpcode.JumpIfEqual, value, equal, different));
        }

        return program.Then(ClassicOpcode.Load, offset, compared);
    }

    // The upper half decides, unless it is equal.
    private static int EmitOrder(SeccompAssembler program, SeccompCondition condition, ushort code, bool isWide, int above, int below)
    {
        if (above == below)
        {
            return above;
        }

        (uint upper, uint lower) = Halves(condition.Value);
        int compared = program.JumpIf(code, lower, above, below);
        int place = program.Then(ClassicOpcode.Load, SeccompData.LowerHalf(condition.Argument), compared);
        if (!isWide)
        {
            return place;
        }

        compared = upper == 0
            ? program.JumpIf(ClassicOpcode.JumpIfEqual, 0, place, above)
            : program.JumpIf(ClassicOpcode.JumpIfGreater, upper, above, program.JumpIf(ClassicOpcode.JumpIfEqual, upper, place, below));
        return program.Then(ClassicOpcode.Load, SeccompData.UpperHalf(condition.Argument), compared);
    }

    private static (uint Upper, uint Lower) Halves(ulong value) => ((uint)(value >> 32), unchecked((uint)value));
}
