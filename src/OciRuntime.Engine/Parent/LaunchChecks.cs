// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
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
