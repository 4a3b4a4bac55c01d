// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

internal static class SignalScenarios
{
    public static void Run(Report report)
    {
        ulong waited = Signals.MaskOf(Signum.SIGUSR1) | Signals.MaskOf(Signum.SIGTERM);
        ulong before = Signals.SetMask(waited);
        report.Say("blocked", Report.Status("SigBlk"));
        using OwnedFd descriptor = Signals.OpenDescriptor(waited);
        report.Say("none pending", Signals.TryReadDescriptor(descriptor.Borrow, out _));
        report.Say("send", Processes.TrySignal(Processes.Id, (int)Signum.SIGTERM));
        report.Say("pending", Signals.TryReadDescriptor(descriptor.Borrow, out SignalInfo info));
        report.Say("signal", info.Signal);
        report.Say("sender is this process", info.Pid == Processes.Id);
        report.Say("old mask", Signals.SetMask(before) == waited);

        // Signal 64 is bit 63.
        report.Say("ignored by .NET", Report.Status("SigIgn"));
        Signals.ResetDispositions();
        report.Say("ignored after reset", Report.Status("SigIgn"));
        report.Say("caught after reset", Report.Status("SigCgt"));
        report.Say("no more descriptors", Processes.TrySetLimit(0, Rlimit.NumberOf("RLIMIT_NOFILE"), 0, 4096));
        report.SayOutcome("descriptor", () => Signals.OpenDescriptor(waited));
        _ = Processes.TrySetLimit(0, Rlimit.NumberOf("RLIMIT_NOFILE"), 4096, 4096);
    }

    public static void RunTerminal(Report report)
    {
        using OwnedFd master = Files.Open(Fd.CurrentDirectory, "/dev/ptmx\0"u8, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY);
        Terminals.Unlock(master.Borrow);
        using OwnedFd peer = Terminals.OpenPeer(master.Borrow);
        using OwnedFd output = Files.MakeMemoryFile("output\0"u8);

        // The terminal of a session that ends hangs up, so only the child becomes a leader.
        Cloned.Start(CloneFlags.None, null, out OwnedFd pidFd, () =>
        {
            Processes.StartSession();
            Terminals.Control(peer.Borrow);
            Errno errno = Files.TryOpen(Fd.CurrentDirectory, "/dev/tty\0"u8, OpenFlags.O_RDWR, 0, out OwnedFd? terminal);
            Files.Write(output.Borrow, errno == 0 && Terminals.TryGetSize(terminal!.Borrow, out _) == 0 ? "a terminal"u8 : "none"u8);
        });
        _ = Processes.Wait(pidFd.Borrow);
        pidFd.Dispose();
        report.Say("controlling", Report.TextOf(output.Borrow));
        using OwnedFd refused = Files.MakeMemoryFile("refused\0"u8);
        Cloned.Start(CloneFlags.None, null, out pidFd, () =>
        {
            Processes.StartSession();
            try
            {
                Terminals.Control(refused.Borrow);
            }
            catch (LinuxException e)
            {
                Files.Write(refused.Borrow, System.Text.Encoding.UTF8.GetBytes(e.Message.Replace($" {refused.Borrow.Number}:", " N:", System.StringComparison.Ordinal)));
            }
        });
        _ = Processes.Wait(pidFd.Borrow);
        pidFd.Dispose();
        report.Say("refused", Report.TextOf(refused.Borrow));
    }
}
