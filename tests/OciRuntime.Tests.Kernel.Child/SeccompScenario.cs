// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

internal static class SeccompScenario
{
    // geteuid(2) gives ENOTTY, by the filter; all else is allowed.
    private static readonly SockFilter[] s_filter =
    [
        new(ClassicOpcode.Load, 0, 0, SeccompData.Number),
        new(ClassicOpcode.JumpIfEqual, 0, 1, (uint)SyscallNumber.Geteuid),
        new(ClassicOpcode.Return, 0, 0, SeccompReturn.SECCOMP_RET_ERRNO | (uint)Errno.ENOTTY),
        new(ClassicOpcode.Return, 0, 0, SeccompReturn.SECCOMP_RET_ALLOW),
    ];

    public static void Run(Report report)
    {
        const SeccompFilterFlags Unknown = (SeccompFilterFlags)0x40000000;
        report.Say("knows its flags", Seccomp.Knows(SeccompFilterFlags.SECCOMP_FILTER_FLAG_LOG | SeccompFilterFlags.SECCOMP_FILTER_FLAG_SPEC_ALLOW));
        report.Say("knows another", Seccomp.Knows(Unknown));
        report.Say("unknown flag", Seccomp.TryLoadFilter(s_filter, Unknown, out _));
        report.Say("program without end", Seccomp.TryLoadFilter(s_filter.AsSpan(0, 2), SeccompFilterFlags.None, out _));
        report.Say("no program", Seccomp.TryLoadFilter([], SeccompFilterFlags.None, out _));
        report.Say("before", Credentials.EffectiveUserId);
        report.Say("load", Seccomp.TryLoadFilter(s_filter, SeccompFilterFlags.SECCOMP_FILTER_FLAG_SPEC_ALLOW, out OwnedFd? none));
        report.Say("listener that was not asked for", none is not null);
        report.Say("after", unchecked((int)Credentials.EffectiveUserId) == -(int)Errno.ENOTTY);
        report.Say("mode", Report.Status("Seccomp"));
        report.Say("second", Seccomp.TryLoadFilter(s_filter, SeccompFilterFlags.SECCOMP_FILTER_FLAG_NEW_LISTENER, out OwnedFd? listener));
        Take(report, listener!);
        report.Say("second listener", Seccomp.TryLoadFilter(s_filter, SeccompFilterFlags.SECCOMP_FILTER_FLAG_NEW_LISTENER, out _));
        listener!.Dispose();
        Credentials.SetCapabilities(0, 0, 0);
        report.Say("without capabilities", Seccomp.TryLoadFilter(s_filter, SeccompFilterFlags.None, out _));
        Processes.Control(ProcessControl.PR_SET_NO_NEW_PRIVS, 1);
        report.Say("with no_new_privs", Seccomp.TryLoadFilter(s_filter, SeccompFilterFlags.None, out _));
    }

    // By another process, as the runtime does where a filter forbids to send it.
    private static void Take(Report report, OwnedFd listener)
    {
        Span<byte> target = stackalloc byte[64];
        Processes.TryOpen(Processes.Id, out OwnedFd? self);
        using (self)
        {
            report.Say("take", Processes.TryTakeDescriptor(self!.Borrow, listener.Borrow.Number, out OwnedFd? taken));
            using (taken)
            {
                _ = Folders.TryReadLink(Fd.CurrentDirectory, KernelString.Of($"/proc/self/fd/{taken!.Borrow.Number}").Span, target, out int length);
                report.Say("taken", Encoding.UTF8.GetString(target[..length]));
            }

            report.Say("take what is closed", Processes.TryTakeDescriptor(self.Borrow, 987654, out _));
        }
    }
}
