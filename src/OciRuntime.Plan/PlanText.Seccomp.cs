// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Plan;

/// <content>The filter of system calls.</content>
public static partial class PlanText
{
    private static void AddSeccomp(StringBuilder text, SeccompPlan? seccomp)
    {
        if (seccomp is null)
        {
            return;
        }

        Line(text, "seccomp", "flags " + FlagNames((ulong)seccomp.Flags, FilterFlagNames));
        if (seccomp.Listener is { } listener)
        {
            string way = listener.LetsSendmsg ? "sent" : "fetched";
            Line(text, "seccomp", $"listener {way} {Quote(listener.Path)} metadata {Quote(listener.Metadata)}");
        }

        for (int i = 0; i < seccomp.Program.Length; i++)
        {
            Line(text, "seccomp", $"bpf {i.ToString("D3", CultureInfo.InvariantCulture)} {InstructionText(seccomp.Program[i], i)}");
        }
    }

    // A is the accumulator; places to jump to are absolute.
    private static string InstructionText(SockFilter instruction, int number)
    {
        long next = number + 1;
        uint value = instruction.Value;
        string jump = $"goto {next + instruction.JumpTrue} else {next + instruction.JumpFalse}";
        return instruction.Code switch
        {
            ClassicOpcode.Load => "A = " + DataName(value),
            ClassicOpcode.And => $"A &= 0x{Hex(value)}",
            ClassicOpcode.Jump => $"goto {next + value}",
            ClassicOpcode.JumpIfEqual => $"if A == {NumberText(value)} {jump}",
            ClassicOpcode.JumpIfGreater => $"if A > {NumberText(value)} {jump}",
            ClassicOpcode.JumpIfGreaterOrEqual => $"if A >= {NumberText(value)} {jump}",
            ClassicOpcode.JumpIfAnySet => $"if A & 0x{Hex(value)} {jump}",
            ClassicOpcode.Return => "return " + VerdictText(value),
            _ => $"code 0x{Hex(instruction.Code)}",
        };
    }

    private static string DataName(uint offset)
    {
        if (offset is SeccompData.Number or SeccompData.Architecture)
        {
            return offset == SeccompData.Number ? "nr" : "arch";
        }

        int argument = (int)(offset - SeccompData.LowerHalf(0)) / 8;
        return $"{(offset == SeccompData.LowerHalf(argument) ? "lower" : "upper")} half of args[{argument}]";
    }

    // What is probably a set of bits, as architectures are, reads better as hexadecimal.
    private static string NumberText(uint value) => value < 0x10000 ? value.ToString(CultureInfo.InvariantCulture) : "0x" + Hex(value);

    private static string VerdictText(uint verdict)
    {
        uint data = verdict & SeccompReturn.DataMask;
        return (verdict & ~SeccompReturn.DataMask) switch
        {
            SeccompReturn.SECCOMP_RET_KILL_PROCESS => "SECCOMP_RET_KILL_PROCESS",
            SeccompReturn.SECCOMP_RET_KILL_THREAD => "SECCOMP_RET_KILL_THREAD",
            SeccompReturn.SECCOMP_RET_TRAP => "SECCOMP_RET_TRAP",
            SeccompReturn.SECCOMP_RET_ERRNO => $"SECCOMP_RET_ERRNO {data}",
            SeccompReturn.SECCOMP_RET_USER_NOTIF => "SECCOMP_RET_USER_NOTIF",
            SeccompReturn.SECCOMP_RET_TRACE => $"SECCOMP_RET_TRACE {data}",
            SeccompReturn.SECCOMP_RET_LOG => "SECCOMP_RET_LOG",
            _ => "SECCOMP_RET_ALLOW",
        };
    }
}
