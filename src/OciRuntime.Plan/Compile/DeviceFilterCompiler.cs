// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi.Bpf;

namespace OciRuntime.Plan.Compile;

/// <summary>Device rules to one BPF_PROG_TYPE_CGROUP_DEVICE program for cgroup v2. Its context: <c>bpf_cgroup_dev_ctx</c>.</summary>
/// <remarks>
/// For each type the numbers are compared with those that rules name, major first, and the most specific pattern jumps to the
/// verdict for its access; there is one verdict for each set of allowed accesses.
/// </remarks>
internal static class DeviceFilterCompiler
{
    private const byte Result = 0;
    private const byte Context = 1;
    private const byte Type = 2;
    private const byte Access = 3;
    private const byte Major = 4;
    private const byte Minor = 5;

    /// <summary>Empty: all is allowed and nothing needs a program. Default: it would be too long for the kernel.</summary>
    internal static ImmutableArray<BpfInstruction> Compile(DeviceTable chars, DeviceTable blocks)
    {
        if (IsOneAnswer(chars) && IsOneAnswer(blocks) && chars.AllowedToAll == blocks.AllowedToAll
            && chars.AllowedToAll is DeviceAccess.All)
        {
            return [];
        }

        BpfProgram program = new();
        program.Load(Type, Context, 0);
        program.Load(Major, Context, 4);
        program.Load(Minor, Context, 8);
        program.Move(Access, Type);
        program.Add(BpfOpcode.ShiftRightImmediate32, Access, 16);
        program.Add(BpfOpcode.AndImmediate32, Type, 0xFFFF);

        // One label for each verdict, then one for the second type.
        for (int i = 0; i <= (int)DeviceAccess.All; i++)
        {
            program.NewLabel();
        }

        int block = program.NewLabel();
        program.JumpIf(BpfOpcode.JumpIfNotEqual32, Type, (int)DeviceType.BPF_DEVCG_DEV_CHAR, block);
        AddType(program, chars);
        program.Place(block);
        AddType(program, blocks);
        AddVerdicts(program);
        return program.Finish();
    }

    private static bool IsOneAnswer(DeviceTable table)
    {
        foreach (DevicePattern pattern in table.Patterns)
        {
            if (pattern.Allowed != table.AllowedToAll)
            {
                return false;
            }
        }

        return true;
    }

    private static void AddType(BpfProgram program, DeviceTable table)
    {
        for (int i = 0; i < table.Patterns.Count; i++)
        {
            uint major = table.Patterns[i].Major;
            if (major != DeviceRule.Any && IsFirstOf(table, i, major) && (table.HasColumns || DecidesAnything(table, major)))
            {
                AddMajor(program, table, major);
            }
        }

        foreach (DevicePattern pattern in table.Patterns)
        {
            if (pattern.Major == DeviceRule.Any && pattern.Minor != DeviceRule.Any)
            {
                program.JumpIf(BpfOpcode.JumpIfEqual32, Minor, (int)pattern.Minor, (int)pattern.Allowed);
            }
        }

        program.JumpTo((int)table.AllowedToAll);
    }

    // A major number without a pattern for all its minors goes on to the patterns for all majors: no other major can match.
    private static void AddMajor(BpfProgram program, DeviceTable table, uint major)
    {
        DevicePattern? row = table.Find(major, DeviceRule.Any);
        DeviceAccess rest = row?.Allowed ?? table.AllowedToAll;
        List<DevicePattern> points = [];
        foreach (DevicePattern pattern in table.Patterns)
        {
            if (pattern.Major == major && pattern.Minor != DeviceRule.Any && (table.HasColumns || pattern.Allowed != rest))
            {
                points.Add(pattern);
            }
        }

        if (points.Count == 0)
        {
            program.JumpIf(BpfOpcode.JumpIfEqual32, Major, (int)major, (int)rest);
            return;
        }

        int next = program.NewLabel();
        program.JumpIf(BpfOpcode.JumpIfNotEqual32, Major, (int)major, next);
        foreach (DevicePattern point in points)
        {
            program.JumpIf(BpfOpcode.JumpIfEqual32, Minor, (int)point.Minor, (int)point.Allowed);
        }

        if (row is not null)
        {
            program.JumpTo((int)rest);
        }

        program.Place(next);
    }

    private static bool IsFirstOf(DeviceTable table, int index, uint major)
    {
        for (int i = 0; i < index; i++)
        {
            if (table.Patterns[i].Major == major)
            {
                return false;
            }
        }

        return true;
    }

    private static bool DecidesAnything(DeviceTable table, uint major)
    {
        foreach (DevicePattern pattern in table.Patterns)
        {
            if (pattern.Major == major && pattern.Allowed != table.AllowedToAll)
            {
                return true;
            }
        }

        return false;
    }

    // The kernel refuses a program with instructions that nothing leads to.
    private static void AddVerdicts(BpfProgram program)
    {
        for (int allowed = 0; allowed <= (int)DeviceAccess.All; allowed++)
        {
            if (!program.IsUsed(allowed))
            {
                continue;
            }

            program.Place(allowed);
            if (allowed is 0 or (int)DeviceAccess.All)
            {
                program.Add(BpfOpcode.MoveImmediate32, Result, allowed == 0 ? 0 : 1);
                program.Add(BpfOpcode.Exit, Result, 0);
                continue;
            }

            int refuse = program.NewLabel();
            program.Add(BpfOpcode.MoveImmediate32, Result, 0);
            program.JumpIf(BpfOpcode.JumpIfAnySet32, Access, ~allowed, refuse);
            program.Add(BpfOpcode.MoveImmediate32, Result, 1);
            program.Place(refuse);
            program.Add(BpfOpcode.Exit, Result, 0);
        }
    }
}
