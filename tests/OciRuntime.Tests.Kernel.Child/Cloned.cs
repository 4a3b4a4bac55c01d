// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi.Processes;
using OciRuntime.Engine.Parent;
using OciRuntime.Linux;

namespace OciRuntime.Tests.Kernel.Child;

/// <summary>A copy of this process that does one thing and ends.</summary>
internal static class Cloned
{
    public const int ThrewStatus = 99;

    public static int Start(CloneFlags flags, Fd? cgroup, out OwnedFd pidFd, Action inChild)
    {
        OtherThreads.AwaitParked();
        ulong mask = Signals.SetMask(Signals.AllButFaults);
        int pid;
        OwnedFd? made;
        try
        {
            pid = Processes.Clone(flags, cgroup, out made);
            if (pid == 0)
            {
                RunAndExit(inChild);
            }
        }
        finally
        {
            _ = Signals.SetMask(mask);
        }

        pidFd = made!;
        return pid;
    }

    private static void RunAndExit(Action inChild)
    {
        try
        {
            inChild();
            Processes.Exit(0);
        }
        catch (LinuxException e)
        {
            Files.Write(Fd.StandardError, System.Text.Encoding.UTF8.GetBytes(e.Message));
            Processes.Exit(ThrewStatus);
        }
    }
}
