// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

internal static class NamespaceScenarios
{
    public static void Run(Report report)
    {
        string host = Name("uts");
        using OwnedFd uts = Files.Open(Fd.CurrentDirectory, "/proc/self/ns/uts\0"u8, OpenFlags.O_RDONLY);
        Namespaces.Unshare(CloneFlags.CLONE_NEWUTS | CloneFlags.CLONE_NEWIPC | CloneFlags.CLONE_NEWNET);
        report.Say("unshared", Name("uts") != host);
        Namespaces.SetHostname("some-host"u8);
        Namespaces.SetDomainname("some.domain"u8);
        report.Say("hostname", File.ReadAllText("/proc/sys/kernel/hostname").Trim());
        report.Say("domainname", File.ReadAllText("/proc/sys/kernel/domainname").Trim());
        report.SayOutcome("hostname too long", () => Namespaces.SetHostname("a234567890b234567890c234567890d234567890e234567890f234567890g2345"u8));
        report.SayOutcome("domainname too long", () => Namespaces.SetDomainname("a234567890b234567890c234567890d234567890e234567890f234567890g2345"u8));
        report.Say("loopback before", File.ReadAllText("/proc/self/net/fib_trie").Contains("127.0.0.1", StringComparison.Ordinal));
        Namespaces.SetLoopbackUp();
        report.Say("loopback after", File.ReadAllText("/proc/self/net/fib_trie").Contains("127.0.0.1", StringComparison.Ordinal));
        report.SayOutcome("join as another type", () => Namespaces.Join(uts.Borrow, CloneFlags.CLONE_NEWNET));
        Namespaces.Join(uts.Borrow, CloneFlags.CLONE_NEWUTS);
        report.Say("joined", Name("uts") == host);
        report.SayOutcome("unshare nonsense", () => Namespaces.Unshare((CloneFlags)1));
        Credentials.SetCapabilities(0, 0, 0);
        report.SayOutcome("unshare without capabilities", () => Namespaces.Unshare(CloneFlags.CLONE_NEWUTS));
        report.SayOutcome("loopback without capabilities", Namespaces.SetLoopbackUp);
    }

    private static string Name(string type) => File.ResolveLinkTarget($"/proc/self/ns/{type}", returnFinalTarget: false)!.Name;
}
