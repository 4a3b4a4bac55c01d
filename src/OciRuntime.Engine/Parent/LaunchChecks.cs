// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Processes;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Parent;

/// <summary>What must be right before anything is made: options that belong together, files that must be there.</summary>
internal static class LaunchChecks
{
    public static void Check(LaunchOptions options, ContainerPlan plan)
    {
        CheckTerminal(plan.Process is { Terminal: true }, options.Detach, options.ConsoleSocket);
        CheckRoot(plan);
        CheckNamespaces(plan);
        LabelChecks.Check(plan.Process);
        CheckPreserved(options.PreserveFds);
    }

    public static void CheckTerminal(bool terminal, bool detach, string? consoleSocket)
    {
        if (terminal && detach && consoleSocket is null)
        {
            throw new ContainerException(
                "cannot allocate tty if ocirun will detach without setting console socket (hint: /process/terminal is true: give --console-socket)");
        }

        if (consoleSocket is not null && !(terminal && detach))
        {
            throw new ContainerException("cannot use console socket if ocirun will not detach or allocate tty (hint: /process/terminal is false, or run is in the foreground)");
        }
    }

    private static void CheckRoot(ContainerPlan plan)
    {
        Errno errno = Files.TryStatus(Fd.CurrentDirectory, plan.Root.Path.Span, AtFlags.None, out FileStatus status);
        if (errno == 0 && status.Type != FileType.S_IFDIR)
        {
            errno = Errno.ENOTDIR;
        }

        if (errno != 0)
        {
            throw new ContainerException($"the root file system (/root/path): {new LinuxException("stat", errno, plan.Root.Path.ToString()).Message}");
        }
    }

    // A path may lead to the runtime's own namespace: then what is meant for the container would change the host.
    private static void CheckNamespaces(ContainerPlan plan)
    {
        if (plan.Sysctls.IsEmpty && plan.NetDevices.IsEmpty)
        {
            return;
        }

        foreach (NamespaceJoin join in plan.Namespaces.Joined)
        {
            if (!IsOurs(join))
            {
                continue;
            }

            foreach (SysctlWrite sysctl in plan.Sysctls)
            {
                if (sysctl.Namespace == join.Type)
                {
                    throw new ContainerException($"{sysctl.Origin}: {sysctl.File} is not allowed in the host's namespace, which is what {join.Origin} leads to: {join.Path}");
                }
            }

            if (join.Type == CloneFlags.CLONE_NEWNET && !plan.NetDevices.IsEmpty)
            {
                throw new ContainerException($"{plan.NetDevices[0].Origin}: the device is in that network namespace already, for that is what {join.Origin} leads to: {join.Path}");
            }
        }
    }

    private static bool IsOurs(NamespaceJoin join)
    {
        string? own = join.Type switch
        {
            CloneFlags.CLONE_NEWIPC => "ipc",
            CloneFlags.CLONE_NEWNET => "net",
            CloneFlags.CLONE_NEWUTS => "uts",
            CloneFlags.CLONE_NEWUSER => "user",
            _ => null,
        };
        return own is not null
            && Files.TryStatus(Fd.CurrentDirectory, KernelString.Of($"/proc/self/ns/{own}").Span, AtFlags.None, out FileStatus ours) == 0
            && Files.TryStatus(Fd.CurrentDirectory, join.Path.Span, AtFlags.None, out FileStatus theirs) == 0
            && (ours.Inode, ours.DeviceMajor, ours.DeviceMinor) == (theirs.Inode, theirs.DeviceMajor, theirs.DeviceMinor);
    }

    // All of our own descriptors are close-on-exec, so one that is not came from the caller.
    public static void CheckPreserved(int count)
    {
        const int FirstFree = 3;
        for (int number = FirstFree; number < FirstFree + count; number++)
        {
            if (!Files.IsInheritable(new Fd(number)))
            {
                throw new ContainerException($"--preserve-fds {count}: descriptor {number} was not passed to ocirun");
            }
        }
    }
}
