// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Bpf;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Processes;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Plan.Compile;

namespace OciRuntime.Plan;

/// <content>Values in the kernel's spelling.</content>
public static partial class PlanText
{
    private readonly record struct FlagName(ulong Flag, string Name);

    private static ReadOnlySpan<FlagName> NamespaceNames => new FlagName[]
    {
        new((ulong)CloneFlags.CLONE_NEWUSER, "CLONE_NEWUSER"),
        new((ulong)CloneFlags.CLONE_NEWNS, "CLONE_NEWNS"),
        new((ulong)CloneFlags.CLONE_NEWPID, "CLONE_NEWPID"),
        new((ulong)CloneFlags.CLONE_NEWNET, "CLONE_NEWNET"),
        new((ulong)CloneFlags.CLONE_NEWIPC, "CLONE_NEWIPC"),
        new((ulong)CloneFlags.CLONE_NEWUTS, "CLONE_NEWUTS"),
        new((ulong)CloneFlags.CLONE_NEWCGROUP, "CLONE_NEWCGROUP"),
        new((ulong)CloneFlags.CLONE_NEWTIME, "CLONE_NEWTIME"),
    };

    private static ReadOnlySpan<FlagName> AttributeNames => new FlagName[]
    {
        new((ulong)MountAttr.MOUNT_ATTR_RDONLY, "MOUNT_ATTR_RDONLY"),
        new((ulong)MountAttr.MOUNT_ATTR_NOSUID, "MOUNT_ATTR_NOSUID"),
        new((ulong)MountAttr.MOUNT_ATTR_NODEV, "MOUNT_ATTR_NODEV"),
        new((ulong)MountAttr.MOUNT_ATTR_NOEXEC, "MOUNT_ATTR_NOEXEC"),
        new((ulong)MountAttr.MOUNT_ATTR__ATIME, "MOUNT_ATTR__ATIME"),
        new((ulong)MountAttr.MOUNT_ATTR_NOATIME, "MOUNT_ATTR_NOATIME"),
        new((ulong)MountAttr.MOUNT_ATTR_STRICTATIME, "MOUNT_ATTR_STRICTATIME"),
        new((ulong)MountAttr.MOUNT_ATTR_NODIRATIME, "MOUNT_ATTR_NODIRATIME"),
        new((ulong)MountAttr.MOUNT_ATTR_NOSYMFOLLOW, "MOUNT_ATTR_NOSYMFOLLOW"),
    };

    private static ReadOnlySpan<FlagName> FilterFlagNames => new FlagName[]
    {
        new((ulong)SeccompFilterFlags.SECCOMP_FILTER_FLAG_LOG, "SECCOMP_FILTER_FLAG_LOG"),
        new((ulong)SeccompFilterFlags.SECCOMP_FILTER_FLAG_SPEC_ALLOW, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"),
        new((ulong)SeccompFilterFlags.SECCOMP_FILTER_FLAG_NEW_LISTENER, "SECCOMP_FILTER_FLAG_NEW_LISTENER"),
        new((ulong)SeccompFilterFlags.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"),
    };

    // A field such as MOUNT_ATTR__ATIME stands before its values, which it covers.
    private static string FlagNames(ulong flags, ReadOnlySpan<FlagName> names)
    {
        StringBuilder text = new();
        foreach (FlagName name in names)
        {
            if ((flags & name.Flag) == name.Flag)
            {
                text.Append(text.Length == 0 ? "" : "|").Append(name.Name);
                flags &= ~name.Flag;
            }
        }

        return text.Length == 0 ? "none" : text.ToString();
    }

    private static string CapabilityNames(ulong mask) => BitNames(mask, Capability.Names);

    /// <summary>A bit's name is that at its number.</summary>
    private static string BitNames(ulong mask, ReadOnlySpan<string> names)
    {
        StringBuilder text = new();
        for (int i = 0; i < names.Length; i++)
        {
            if ((mask & (1UL << i)) != 0)
            {
                text.Append(text.Length == 0 ? "" : " ").Append(names[i]);
            }
        }

        return text.Length == 0 ? "none" : text.ToString();
    }

    /// <summary>As cpuset(7) writes it.</summary>
    private static string ListText(ImmutableArray<ulong> mask)
    {
        const int BitsOfWord = 64;
        StringBuilder text = new();
        int first = -1;
        for (int number = 0; number <= mask.Length * BitsOfWord; number++)
        {
            bool isSet = number < mask.Length * BitsOfWord && (mask[number / BitsOfWord] >> (number % BitsOfWord) & 1) != 0;
            if (isSet && first < 0)
            {
                first = number;
            }
            else if (!isSet && first >= 0)
            {
                text.Append(text.Length == 0 ? "" : ",").Append(first == number - 1 ? $"{first}" : $"{first}-{number - 1}");
                first = -1;
            }
        }

        return text.Length == 0 ? "none" : text.ToString();
    }

    private static string PropagationName(MountPropagation propagation) => propagation switch
    {
        MountPropagation.MS_UNBINDABLE => "MS_UNBINDABLE",
        MountPropagation.MS_PRIVATE => "MS_PRIVATE",
        MountPropagation.MS_SLAVE => "MS_SLAVE",
        MountPropagation.MS_SHARED => "MS_SHARED",
        _ => "none",
    };

    // As bpftool prints them, with absolute places to jump to.
    private static string InstructionText(BpfInstruction instruction, int number)
    {
        int destination = instruction.Registers & 0xF;
        int source = instruction.Registers >> 4;
        int to = number + 1 + instruction.Offset;
        uint immediate = unchecked((uint)instruction.Immediate);
        return instruction.Code switch
        {
            BpfOpcode.LoadWord => $"r{destination} = *(u32 *)(r{source} +{instruction.Offset})",
            BpfOpcode.Move32 => $"w{destination} = w{source}",
            BpfOpcode.MoveImmediate32 => $"w{destination} = {immediate}",
            BpfOpcode.AndImmediate32 => $"w{destination} &= 0x{Hex(immediate)}",
            BpfOpcode.ShiftRightImmediate32 => $"w{destination} >>= {immediate}",
            BpfOpcode.Jump => $"goto {to}",
            BpfOpcode.JumpIfEqual32 => $"if w{destination} == {immediate} goto {to}",
            BpfOpcode.JumpIfNotEqual32 => $"if w{destination} != {immediate} goto {to}",
            BpfOpcode.JumpIfAnySet32 => $"if w{destination} & 0x{Hex(immediate)} goto {to}",
            BpfOpcode.Exit => "exit",
            _ => $"code 0x{Hex(instruction.Code)}",
        };
    }

    // GVariant's text format, which Compile/GVariantText.cs reads.
    internal static string BusText(BusValue value) => value switch
    {
        BusValue.Number { Type: 'b' or 'i' } or BusValue.Text { Type: 's' } => BareText(value),
        _ => $"@{value.Signature} {BareText(value)}",
    };

    private static string BareText(BusValue value) => value switch
    {
        BusValue.Number { Type: 'b' } number => number.Bits == 0 ? "false" : "true",
        BusValue.Number { Type: 'd' } number => BitConverter.UInt64BitsToDouble(number.Bits).ToString("R", CultureInfo.InvariantCulture),
        BusValue.Number { Type: 'n' or 'i' or 'x' } number => unchecked((long)number.Bits).ToString(CultureInfo.InvariantCulture),
        BusValue.Number number => number.Bits.ToString(CultureInfo.InvariantCulture),
        BusValue.Text text => Quote(text.Value),
        BusValue.List list => $"[{Joined(list.Items)}]",
        BusValue.Structure structure => $"({Joined(structure.Members)})",
        _ => "",
    };

    private static string Joined(ImmutableArray<BusValue> values)
    {
        StringBuilder text = new();
        foreach (BusValue value in values)
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(BareText(value));
        }

        return text.ToString();
    }

    private static string Hex(uint value) => value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Four digits: permission bits, and umasks, are no more.</summary>
    private static string Octal(uint mode)
    {
        char[] digits = new char[4];
        for (int i = 0; i < digits.Length; i++)
        {
            digits[i] = (char)('0' + ((mode >> (9 - (3 * i))) & 7));
        }

        return new string(digits);
    }

    private static string Quote(KernelString text) => Refuse.Quote(text.ToString());

    private static string Quote(string text) => Refuse.Quote(text);
}
