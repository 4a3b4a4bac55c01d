// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>From the finished container to the program: environment, descriptors, working directory, execve(2).</summary>
internal static class ExecStage
{
    private const int PathBuffer = 4096;

    /// <summary>Makes the working directory where the image lacks it, as every peer does. Before the root becomes read-only.</summary>
    public static void MakeWorkingDirectory(Fd root, ProcessPlan? process)
    {
        if (process is null)
        {
            return;
        }

        try
        {
            using OwnedFd made = RootedPath.MakeDirectories(root, process.Cwd.Span, 0x1ED /* 0755 */);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"making the working directory {process.Cwd} (/process/cwd): {e.Message}");
        }
    }

    /// <summary>What create can know already: that there is such a program.</summary>
    public static void FindProgram(ProcessPlan? process)
    {
        if (process is not null && Processes.TryChangeDirectory(process.Cwd.Span) == 0)
        {
            ProgramLookup.Check(process);
        }
    }

    /// <summary>What needs the runtime's own privileges: HOME, the owner of the terminal, the umask.</summary>
    public static void SetUp(ProgramStart program)
    {
        HomeVariable.Add(program.Process, program.Envp);
        OwnStandardDescriptors(program.Process);
        _ = Processes.SetFileModeMask(program.Process.Umask);
    }

    /// <summary>With the program's own rights; where they do not suffice the process stays where create went.</summary>
    /// <returns>Whether it is there.</returns>
    public static bool ChangeDirectory(ProcessPlan process)
    {
        Errno errno = Processes.TryChangeDirectory(process.Cwd.Span);

        // EACCES: create went there with the runtime's rights; a user who may not is left there, as with every peer.
        if (errno is not (0 or Errno.EACCES))
        {
            throw new ContainerException($"changing to the working directory (/process/cwd): chdir {process.Cwd}: {ErrnoText.Of(errno)}");
        }

        // getcwd(2): "(unreachable)" says that the directory is not below the root: a leaked descriptor of the host (CVE-2024-21626).
        ReadOnlySpan<byte> current = Processes.CurrentDirectory(stackalloc byte[PathBuffer]);
        if (current[0] != '/')
        {
            throw new ContainerException($"changing to the working directory (/process/cwd): {process.Cwd} is not inside the container's root");
        }

        return errno == 0;
    }

    /// <summary>With execve(2) all descriptors close but the standard ones and those that follow.</summary>
    public static void CloseDescriptors(int preserved)
    {
        const int FirstFree = 3;
        Files.CloseOnExecFrom((uint)(FirstFree + preserved));
        for (int number = FirstFree; number < FirstFree + preserved; number++)
        {
            Errno errno = Files.TrySetCloseOnExec(new Fd(number), closeOnExec: false);
            if (errno != 0)
            {
                throw new ContainerException($"keeping descriptor {number} (--preserve-fds {preserved}): {ErrnoText.Of(errno)}");
            }
        }
    }

    // A program that runs as another user must be able to open its own standard descriptors again, as /dev/stdout.
    private static void OwnStandardDescriptors(ProcessPlan process)
    {
        for (int number = 0; number <= 2; number++)
        {
            if (Files.TryStatus(new Fd(number), "\0"u8, AtFlags.AT_EMPTY_PATH, out FileStatus status) != 0
                || status.UserId == process.Uid
                || (status.Type == FileType.S_IFCHR && status.NodeMajor == 1 && status.NodeMinor == 3))
            {
                continue;
            }

            // Refused where it is not ours to give: read-only, on a network, of an id outside of the map.
            _ = Folders.TryChangeOwner(new Fd(number), "\0"u8, process.Uid, uint.MaxValue, AtFlags.AT_EMPTY_PATH);
        }
    }
}
