// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FluentAssertions;
using OciRuntime.Abi;
using OciRuntime.Abi.Bpf;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Networking;
using OciRuntime.Abi.Processes;
using OciRuntime.Abi.Seccomp;

namespace OciRuntime.Tests.Kernel.Layout;

/// <summary>Sizes and offsets of the structures that the kernel reads and fills.</summary>
public sealed class StructureTests : KernelTest
{
    // Ours, the kernel's, and field by field the kernel's name.
    private static readonly (Type Ours, int Size, string Theirs, (string Ours, string Theirs)[] Fields)[] s_structures =
    [
        (typeof(OpenHow), Unsafe.SizeOf<OpenHow>(), "struct open_how", [("Flags", "flags"), ("Mode", "mode"), ("Resolve", "resolve")]),
        (typeof(FileStatus), Unsafe.SizeOf<FileStatus>(), "struct statx",
        [
            ("Mask", "stx_mask"), ("LinkCount", "stx_nlink"), ("UserId", "stx_uid"), ("GroupId", "stx_gid"), ("Mode", "stx_mode"), ("Inode", "stx_ino"),
            ("Size", "stx_size"), ("NodeMajor", "stx_rdev_major"), ("NodeMinor", "stx_rdev_minor"), ("DeviceMajor", "stx_dev_major"),
            ("DeviceMinor", "stx_dev_minor"), ("MountId", "stx_mnt_id"),
            ("AccessTime", "stx_atime"), ("ModificationTime", "stx_mtime"),
        ]),
        (typeof(FileTime), Unsafe.SizeOf<FileTime>(), "struct statx_timestamp", [("Seconds", "tv_sec"), ("Nanoseconds", "tv_nsec"), ("Reserved", "__reserved")]),
        (typeof(FileSystemStatus), Unsafe.SizeOf<FileSystemStatus>(), "struct statfs", [("Type", "f_type"), ("Flags", "f_flags")]),
        (typeof(MountAttributes), Unsafe.SizeOf<MountAttributes>(), "struct mount_attr",
            [("Set", "attr_set"), ("Clear", "attr_clr"), ("Propagation", "propagation"), ("UserNamespace", "userns_fd")]),
        (typeof(CloneArgs), Unsafe.SizeOf<CloneArgs>(), "struct clone_args",
        [
            ("Flags", "flags"), ("PidFd", "pidfd"), ("ChildTid", "child_tid"), ("ParentTid", "parent_tid"), ("ExitSignal", "exit_signal"), ("Stack", "stack"),
            ("StackSize", "stack_size"), ("Tls", "tls"), ("SetTid", "set_tid"), ("SetTidSize", "set_tid_size"), ("Cgroup", "cgroup"),
        ]),
        (typeof(SignalAction), Unsafe.SizeOf<SignalAction>(), "struct sigaction",
            [("Handler", "sa_handler"), ("Flags", "sa_flags"), ("Restorer", "sa_restorer"), ("Mask", "sa_mask")]),
        (typeof(SignalInfo), Unsafe.SizeOf<SignalInfo>(), "struct signalfd_siginfo", [("Signal", "ssi_signo"), ("Pid", "ssi_pid")]),
        (typeof(WaitInfo), Unsafe.SizeOf<WaitInfo>(), "siginfo_t", [("Signal", "si_signo"), ("Code", "si_code"), ("Pid", "si_pid"), ("Status", "si_status")]),
        (typeof(PollEntry), Unsafe.SizeOf<PollEntry>(), "struct pollfd", [("Descriptor", "fd"), ("Events", "events"), ("Returned", "revents")]),
        (typeof(ResourceLimit), Unsafe.SizeOf<ResourceLimit>(), "struct rlimit64", [("Soft", "rlim_cur"), ("Hard", "rlim_max")]),
        (typeof(TerminalModes), Unsafe.SizeOf<TerminalModes>(), "struct termios",
            [("Input", "c_iflag"), ("Output", "c_oflag"), ("Control", "c_cflag"), ("Local", "c_lflag"), ("Line", "c_line"), ("Characters", "c_cc")]),
        (typeof(WindowSize), Unsafe.SizeOf<WindowSize>(), "struct winsize",
            [("Rows", "ws_row"), ("Columns", "ws_col"), ("XPixels", "ws_xpixel"), ("YPixels", "ws_ypixel")]),
        (typeof(SchedulerAttributes), Unsafe.SizeOf<SchedulerAttributes>(), "struct sched_attr",
        [
            ("Size", "size"), ("Policy", "sched_policy"), ("Flags", "sched_flags"), ("Nice", "sched_nice"), ("Priority", "sched_priority"),
            ("Runtime", "sched_runtime"), ("Deadline", "sched_deadline"), ("Period", "sched_period"), ("UtilizationMinimum", "sched_util_min"),
            ("UtilizationMaximum", "sched_util_max"),
        ]),
        (typeof(SockFilter), Unsafe.SizeOf<SockFilter>(), "struct sock_filter",
            [("Code", "code"), ("JumpTrue", "jt"), ("JumpFalse", "jf"), ("Value", "k")]),
        (typeof(NetlinkHeader), Unsafe.SizeOf<NetlinkHeader>(), "struct nlmsghdr",
            [("Length", "nlmsg_len"), ("Type", "nlmsg_type"), ("Flags", "nlmsg_flags"), ("Sequence", "nlmsg_seq"), ("Port", "nlmsg_pid")]),
        (typeof(LinkMessage), Unsafe.SizeOf<LinkMessage>(), "struct ifinfomsg",
        [
            ("Family", "ifi_family"), ("Padding", "__ifi_pad"), ("Type", "ifi_type"), ("Index", "ifi_index"), ("Flags", "ifi_flags"), ("Change", "ifi_change"),
        ]),
        (typeof(AddressMessage), Unsafe.SizeOf<AddressMessage>(), "struct ifaddrmsg",
            [("Family", "ifa_family"), ("PrefixLength", "ifa_prefixlen"), ("Flags", "ifa_flags"), ("Scope", "ifa_scope"), ("Index", "ifa_index")]),
        (typeof(NetlinkAttribute), Unsafe.SizeOf<NetlinkAttribute>(), "struct nlattr", [("Length", "nla_len"), ("Type", "nla_type")]),
        (typeof(BpfInstruction), Unsafe.SizeOf<BpfInstruction>(), "struct bpf_insn", [("Code", "code"), ("Offset", "off"), ("Immediate", "imm")]),
    ];

    [HeadersFact]
    public void Structures_HaveTheKernelsSizesAndOffsets()
    {
        Dictionary<string, long> ours = [];
        foreach ((Type type, int size, string theirs, (string Ours, string Theirs)[] fields) in s_structures)
        {
            ours.Add($"sizeof({theirs})", size);
            foreach ((string field, string name) in fields)
            {
                ours.Add($"__builtin_offsetof({theirs}, {name})", OffsetOf(type, field));
                ours.Add($"sizeof((({theirs} *)0)->{name})", SizeOf(FieldOf(type, field).FieldType));
            }
        }

        Dictionary<string, long> kernels = CProgram.KernelValues(ours.Keys);
        ours.Where(pair => kernels[pair.Key] != pair.Value).Select(pair => $"{pair.Key}: {pair.Value}, not {kernels[pair.Key]}").Should().BeEmpty();
    }

    [Xunit.Fact]
    public void Structures_AreAllCompared()
    {
        IEnumerable<Type> structures = typeof(SyscallNumber).Assembly.GetTypes().Where(type =>
            type.IsValueType && !type.IsEnum && type.Namespace?.StartsWith("OciRuntime.Abi.", StringComparison.Ordinal) == true);
        structures.Except([typeof(ControlCharacters)]).Should().BeEquivalentTo(s_structures.Select(structure => structure.Ours));
        foreach ((Type type, _, _, (string Ours, string Theirs)[] fields) in s_structures)
        {
            // Two fields of four bits share bpf_insn's second byte: C has no address for them.
            type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Should().HaveCount(fields.Length + (type == typeof(BpfInstruction) ? 1 : 0));
        }
    }

    private static FieldInfo FieldOf(Type type, string name) =>
        type.GetField(name) ?? type.GetField($"<{name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!;

    private static long OffsetOf(Type type, string name) => (long)Marshal.OffsetOf(type, FieldOf(type, name).Name);

    private static long SizeOf(Type type) =>
        type == typeof(ControlCharacters) ? Unsafe.SizeOf<ControlCharacters>() : Marshal.SizeOf(type.IsEnum ? Enum.GetUnderlyingType(type) : type);
}
