// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi.Files;
using OciRuntime.Engine.Sync;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>The container's terminal: a pair of the container's own devpts, /dev/console, the standard descriptors.</summary>
internal static class TerminalStage
{
    private const long DEVPTS_SUPER_MAGIC = 0x1cd1;

    /// <param name="isConsole">Whether it becomes the container's /dev/console: that of the first process does.</param>
    public static void Run(Fd root, ProcessPlan? process, SyncChannel channel, bool isConsole)
    {
        if (process is not { Terminal: true })
        {
            return;
        }

        try
        {
            using OwnedFd master = OpenMaster(root);
            Terminals.Unlock(master.Borrow);
            using OwnedFd terminal = Terminals.OpenPeer(master.Borrow);
            if (process.ConsoleHeight != 0 || process.ConsoleWidth != 0)
            {
                _ = Terminals.TrySetSize(terminal.Borrow, new WindowSize { Rows = process.ConsoleHeight, Columns = process.ConsoleWidth });
            }

            if (isConsole)
            {
                MountConsole(root, terminal.Borrow);
            }

            Connect(terminal.Borrow);
            if (!channel.TrySend(SyncMessage.Console, default, master.Borrow))
            {
                Processes.Exit(1);
            }
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"making the container's terminal (/process/terminal): {e.Message}");
        }
    }

    // The one of the container's devpts, and of nothing that the image could have put there (CVE-2025-52565).
    private static OwnedFd OpenMaster(Fd root)
    {
        OwnedFd master = RootedPath.Open(root, "/dev/pts/ptmx\0"u8, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY | OpenFlags.O_NOFOLLOW);
        if (Files.FileSystemType(master.Borrow) != DEVPTS_SUPER_MAGIC)
        {
            throw new ContainerException("making the container's terminal (/process/terminal): /dev/pts of the container is no devpts file system");
        }

        return master;
    }

    private static void MountConsole(Fd root, Fd terminal)
    {
        using OwnedFd tree = Mounts.CloneTree(terminal, "\0"u8, recursive: false);
        using OwnedFd target = RootedPath.MakeFile(root, "/dev/console\0"u8);
        Mounts.Attach(tree.Borrow, target.Borrow);
    }

    private static void Connect(Fd terminal)
    {
        Terminals.Control(terminal);
        Files.DuplicateInheritable(terminal, Fd.StandardInput);
        Files.DuplicateInheritable(terminal, Fd.StandardOutput);
        Files.DuplicateInheritable(terminal, Fd.StandardError);
    }
}
