// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

/// <summary><c>kernel-child SCENARIO [ARGUMENT...]</c></summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        StartHook.Restore();
        Report report = new();
        List<string> before = OpenDescriptors();
        try
        {
            Run(arguments, report);
        }
        catch (Exception e)
        {
            report.Say("exception", $"{e.GetType().Name}: {e.Message}");
        }

        report.Say("leaked", string.Join(" ", OpenDescriptors().FindAll(link => !before.Contains(link))));
        report.Write();
        return 0;
    }

    private static void Run(string[] arguments, Report report)
    {
        switch (arguments[0])
        {
            case "collect": CollectScenario.Run(arguments, report); break;
            case "faults": CollectScenario.RunFaults(report); break;
            case "processes": ProcessScenarios.Run(report); break;
            case "into-cgroup": ProcessScenarios.RunIntoCgroup(arguments[1], report); break;
            case "execute": ProcessScenarios.RunExecute(report); break;
            case "environment": ProcessScenarios.RunEnvironment(report); break;
            case "mounts": MountScenarios.Run(arguments[1], report); break;
            case "mount-errors": MountScenarios.RunErrors(arguments[1], report); break;
            case "pivot": MountScenarios.RunPivot(arguments[1], report); break;
            case "namespaces": NamespaceScenarios.Run(report); break;
            case "capabilities": CredentialScenarios.RunCapabilities(report); break;
            case "ids": CredentialScenarios.RunIds(report); break;
            case "scheduling": SchedulingScenarios.Run(report); break;
            case "seccomp": SeccompScenario.Run(report); break;
            case "signals": SignalScenarios.Run(report); break;
            case "controlling-terminal": SignalScenarios.RunTerminal(report); break;
            case "hook": HookScenarios.Run(arguments, report); break;
            default: throw new ArgumentException(arguments[0]);
        }
    }

    private static List<string> OpenDescriptors()
    {
        Span<byte> target = stackalloc byte[4096];
        List<string> open = [];
        foreach (KernelString name in Names())
        {
            // The folder's own descriptor is closed by now.
            if (Folders.TryReadLink(Fd.CurrentDirectory, KernelString.Of($"/proc/self/fd/{name}").Span, target, out int length) == 0)
            {
                open.Add($"{name}→{Encoding.UTF8.GetString(target[..length])}");
            }
        }

        return open;
    }

    // A scenario may have left for a root without /proc.
    private static List<KernelString> Names()
    {
        if (Files.TryOpen(Fd.CurrentDirectory, "/proc/self/fd\0"u8, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, out OwnedFd? folder) != 0)
        {
            return [];
        }

        using (folder)
        {
            return Folders.Names(folder!.Borrow);
        }
    }
}
