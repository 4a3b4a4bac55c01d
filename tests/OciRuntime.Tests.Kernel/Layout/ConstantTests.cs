// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using FluentAssertions;
using OciRuntime.Abi;
using OciRuntime.Abi.Bpf;
using OciRuntime.Abi.Processes;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Layout;

/// <summary>Every number that has the kernel's name has the kernel's value.</summary>
public sealed class ConstantTests : KernelTest
{
    // In no header that the kernel gives away.
    private static readonly string[] s_librarys = ["AF_", "SOCK_", "SOL_", "SCM_", "MSG_", "IFF_"];

    // A name of ours for a version of the kernel's.
    private static readonly Dictionary<string, string> s_otherNames = new() { ["LINUX_CAPABILITY_VERSION_3"] = "_LINUX_CAPABILITY_VERSION_3" };

    [HeadersFact]
    public void KernelNames_OfBothAssemblies_HaveTheHeadersValues()
    {
        Dictionary<string, long> ours = new[] { typeof(SyscallNumber).Assembly, typeof(Fd).Assembly }.SelectMany(assembly => assembly.GetTypes())
            .SelectMany(KernelNames).GroupBy(pair => pair.Name).ToDictionary(group => group.Key, group => group.Select(pair => pair.Value).Distinct().Single());

        // runtime-spec's names, and libseccomp's.
        foreach (string name in SeccompArchitectures.Names)
        {
            ours.Remove(name).Should().BeTrue();
        }

        ours.Should().HaveCountGreaterThan(100).And.ContainKeys("CLONE_INTO_CGROUP", "MOUNT_ATTR_IDMAP", "PR_CAP_AMBIENT", "TIOCGPTPEER", "MSG_NOSIGNAL");
        string[] library = [.. ours.Keys.Where(name => s_librarys.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))];
        Dictionary<string, long> theirs = CProgram.KernelValues([.. ours.Keys.Except(library).Select(name => s_otherNames.GetValueOrDefault(name, name))]);
        foreach (KeyValuePair<string, long> value in CProgram.LibraryValues(library))
        {
            theirs.Add(value.Key, value.Value);
        }

        Compare(ours.ToDictionary(pair => s_otherNames.GetValueOrDefault(pair.Key, pair.Key), pair => pair.Value), theirs);
    }

    [HeadersFact]
    public void SyscallNumbers_AreTheHeaders()
    {
        Dictionary<string, long> ours = Constants(typeof(SyscallNumber)).ToDictionary(
            field => "__NR_" + Regex.Replace(field.Name, "(?<!^)(?=[A-Z])", "_").ToLowerInvariant(), field => Number(field.GetRawConstantValue()!));
        Compare(ours, CProgram.KernelValues(ours.Keys));
    }

    [HeadersFact]
    public void Capabilities_AreTheHeaders()
    {
        Dictionary<string, long> ours = [];
        for (int i = 0; i < Capability.Names.Length; i++)
        {
            ours.Add(Capability.Names[i], i);
            Capability.NumberOf(Capability.Names[i]).Should().Be(i);
        }

        ours["CAP_LAST_CAP + 1"] = Capability.Count;
        Compare(ours, CProgram.KernelValues(ours.Keys));
        Capability.NumberOf("CAP_NONE").Should().Be(-1);
    }

    [HeadersFact]
    public void Limits_AreTheHeaders()
    {
        Dictionary<string, long> ours = [];
        for (int i = 0; i < Rlimit.Names.Length; i++)
        {
            ours.Add(Rlimit.Names[i], i);
        }

        ours["RLIM_NLIMITS"] = Rlimit.Names.Length;
        Compare(ours, CProgram.KernelValues(ours.Keys));
    }

    // SCHED_OTHER is the headers' SCHED_NORMAL; they have no SCHED_ISO, whose number is kept free; not all have the newest mode.
    [HeadersFact]
    public void SchedulingNames_AreTheHeaders()
    {
        Dictionary<string, long> ours = [];
        Number(SchedulerPolicy.Names, name => name == "SCHED_OTHER" ? "SCHED_NORMAL" : name);
        Number(IoPriorityClass.Names, name => name);
        Number(MemoryPolicyMode.Names, name => name);
        _ = ours.Remove("SCHED_ISO");
        _ = ours.Remove("MPOL_WEIGHTED_INTERLEAVE");
        for (int bit = 0; bit < SchedulerFlag.Names.Length; bit++)
        {
            ours.Add(SchedulerFlag.Names[bit], 1L << bit);
        }

        foreach (string name in MemoryPolicyFlag.Names)
        {
            ours.Add(name, MemoryPolicyFlag.ValueOf(name));
        }

        Compare(ours, CProgram.KernelValues(ours.Keys));

        void Number(ReadOnlySpan<string> names, Func<string, string> spelling)
        {
            for (int i = 0; i < names.Length; i++)
            {
                ours.Add(spelling(names[i]), i);
            }
        }
    }

    [HeadersFact]
    public void BpfOpcodes_AreTheHeaders()
    {
        Dictionary<string, long> ours = new()
        {
            ["BPF_LDX | BPF_MEM | BPF_W"] = BpfOpcode.LoadWord,
            ["BPF_ALU | BPF_MOV | BPF_X"] = BpfOpcode.Move32,
            ["BPF_ALU | BPF_MOV | BPF_K"] = BpfOpcode.MoveImmediate32,
            ["BPF_ALU | BPF_AND | BPF_K"] = BpfOpcode.AndImmediate32,
            ["BPF_ALU | BPF_RSH | BPF_K"] = BpfOpcode.ShiftRightImmediate32,
            ["BPF_JMP | BPF_JA"] = BpfOpcode.Jump,
            ["BPF_JMP32 | BPF_JEQ | BPF_K"] = BpfOpcode.JumpIfEqual32,
            ["BPF_JMP32 | BPF_JNE | BPF_K"] = BpfOpcode.JumpIfNotEqual32,
            ["BPF_JMP32 | BPF_JSET | BPF_K"] = BpfOpcode.JumpIfAnySet32,
            ["BPF_JMP | BPF_EXIT"] = BpfOpcode.Exit,
        };
        ours.Should().HaveCount(Constants(typeof(BpfOpcode)).Count());
        Compare(ours, CProgram.KernelValues(ours.Keys));
    }

    [HeadersFact]
    public void ClassicOpcodes_AreTheHeaders()
    {
        Dictionary<string, long> ours = new()
        {
            ["BPF_LD | BPF_W | BPF_ABS"] = ClassicOpcode.Load,
            ["BPF_ALU | BPF_AND | BPF_K"] = ClassicOpcode.And,
            ["BPF_JMP | BPF_JA"] = ClassicOpcode.Jump,
            ["BPF_JMP | BPF_JEQ | BPF_K"] = ClassicOpcode.JumpIfEqual,
            ["BPF_JMP | BPF_JGT | BPF_K"] = ClassicOpcode.JumpIfGreater,
            ["BPF_JMP | BPF_JGE | BPF_K"] = ClassicOpcode.JumpIfGreaterOrEqual,
            ["BPF_JMP | BPF_JSET | BPF_K"] = ClassicOpcode.JumpIfAnySet,
            ["BPF_RET | BPF_K"] = ClassicOpcode.Return,
            ["BPF_MAXINSNS"] = SockFilter.MaximumLength,
            ["__builtin_offsetof(struct seccomp_data, nr)"] = SeccompData.Number,
            ["__builtin_offsetof(struct seccomp_data, arch)"] = SeccompData.Architecture,
            ["__builtin_offsetof(struct seccomp_data, args[5])"] = SeccompData.LowerHalf(5),
        };
        ours.Should().HaveCount(Constants(typeof(ClassicOpcode)).Count() + 4);
        Compare(ours, CProgram.KernelValues(ours.Keys));
    }

    [HeadersFact]
    public void AuditArchitectures_AreTheHeaders()
    {
        Dictionary<string, long> ours = [];
        foreach (SeccompArchitecture architecture in Enum.GetValues<SeccompArchitecture>())
        {
            string name = SeccompArchitectures.Names[(int)architecture]["SCMP_ARCH_".Length..] switch
            {
                "X86" => "I386",
                "X32" => "X86_64",
                "SH" => "SHEL",
                "SHEB" => "SH",
                string same => same,
            };
            ours[$"AUDIT_ARCH_{name}"] = SeccompArchitectures.AuditArchOf(architecture);
        }

        Compare(ours, CProgram.KernelValues(ours.Keys));
    }

    [HeadersFact]
    public void ErrorTexts_AreNamesAndWordsOfTheLibrary()
    {
        Dictionary<int, string> theirs = CProgram.ErrorWords(Enumerable.Range(1, 133).Where(number => number is not (41 or 58)));
        foreach (KeyValuePair<int, string> error in theirs.Where(error => !error.Value.StartsWith("(null)", StringComparison.Ordinal)))
        {
            string[] parts = error.Value.Split(' ', 2);
            if (error.Key <= 132)
            {
                ErrnoText.Of((Mono.Unix.Native.Errno)error.Key).Should().BeEquivalentTo($"{parts[0]} ({parts[1]})");
            }
        }

        ErrnoText.Of((Mono.Unix.Native.Errno)4000).Should().Be("errno 4000");
    }

    private static void Compare(Dictionary<string, long> ours, Dictionary<string, long> theirs) =>
        ours.Where(pair => theirs[pair.Key] != pair.Value).Select(pair => $"{pair.Key}: {pair.Value}, not {theirs[pair.Key]}").Should().BeEmpty();

    private static IEnumerable<(string Name, long Value)> KernelNames(Type type) =>
        Constants(type).Where(field => Regex.IsMatch(field.Name, "^[A-Z][A-Z0-9]*_?[A-Z0-9_]{3,}$"))
            .Select(field => (field.Name, Number(field.GetRawConstantValue()!)));

    private static IEnumerable<FieldInfo> Constants(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(field => field.IsLiteral);

    private static long Number(object value) => value is ulong big ? unchecked((long)big) : Convert.ToInt64(value is nint native ? (long)native : value, CultureInfo.InvariantCulture);
}
