// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>Finds args[0] as execvp(3) does, with the container's own PATH, and says what is wrong with a program that can't run.</summary>
/// <remarks>Child only, inside the container's root. Clients match the words (anchors B.5).</remarks>
internal static class ProgramLookup
{
    internal const int PathBuffer = 4096;

    // execvp(3): where there is no PATH.
    private static ReadOnlySpan<byte> DefaultPath => "/bin:/usr/bin"u8;

    /// <summary>For create: whether there is such a program at all. That the user may run it shows when it is run.</summary>
    /// <exception cref="ContainerException">There is none.</exception>
    public static void Check(ProcessPlan process)
    {
        ReadOnlySpan<byte> name = process.Args[0].Text;
        if (name.Contains((byte)'/'))
        {
            CheckFile(process.Args[0]);
            return;
        }

        ReadOnlySpan<byte> search = SearchPath(process);
        Span<byte> buffer = stackalloc byte[PathBuffer];
        foreach (Range range in search.Split((byte)':'))
        {
            if (TryJoin(search[range], name, buffer, out ReadOnlySpan<byte> candidate) && IsProgram(candidate) == 0)
            {
                return;
            }
        }

        throw NotFound(process.Args[0]);
    }

    /// <summary>The program's path, with the rights of who is to run it.</summary>
    /// <param name="buffer">For the path.</param>
    public static ReadOnlySpan<byte> Find(ProcessPlan process, Span<byte> buffer)
    {
        KernelString program = process.Args[0];
        if (program.Text.Contains((byte)'/'))
        {
            return program.Span;
        }

        ReadOnlySpan<byte> search = SearchPath(process);
        bool refused = false;
        foreach (Range range in search.Split((byte)':'))
        {
            if (!TryJoin(search[range], program.Text, buffer, out ReadOnlySpan<byte> candidate))
            {
                continue;
            }

            Errno errno = IsProgram(candidate);
            if (errno == 0)
            {
                return candidate;
            }

            refused |= errno == Errno.EACCES;
        }

        throw refused ? new ContainerException($"exec: \"{program}\": {ErrnoText.Of(Errno.EACCES)}") : NotFound(program);
    }

    /// <summary>execve(2). Returns only by an exception.</summary>
    public static void Execute(ProgramStart program, ReadOnlySpan<byte> path) =>
        throw Failed(program.Process.Args[0], path, Processes.Execute(path, program.Argv, program.Envp));

    private static void CheckFile(KernelString program)
    {
        Errno errno = IsProgram(program.Span);
        if (errno == Errno.EISDIR)
        {
            throw new ContainerException($"exec: \"{program}\": is a directory: {ErrnoText.Of(Errno.EACCES)}");
        }

        if (errno != 0)
        {
            throw new ContainerException($"exec: \"{program}\": stat {program}: {ErrnoText.Of(errno)}");
        }
    }

    /// <returns>0 for a file that somebody may run.</returns>
    private static Errno IsProgram(ReadOnlySpan<byte> path)
    {
        const int AnyExecute = 0x49; // 0111
        Errno errno = Files.TryStatus(Fd.CurrentDirectory, path, AtFlags.None, out FileStatus status);
        if (errno != 0)
        {
            return errno;
        }

        if (status.Type == FileType.S_IFDIR)
        {
            return Errno.EISDIR;
        }

        return (status.Mode & AnyExecute) != 0 ? 0 : Errno.EACCES;
    }

    private static ReadOnlySpan<byte> SearchPath(ProcessPlan process)
    {
        ReadOnlySpan<byte> path = DefaultPath;
        foreach (KernelString variable in process.Env)
        {
            if (variable.Text.StartsWith("PATH="u8))
            {
                path = variable.Text["PATH="u8.Length..];
            }
        }

        return path;
    }

    // An empty part of PATH is the working directory.
    private static bool TryJoin(ReadOnlySpan<byte> folder, ReadOnlySpan<byte> name, Span<byte> buffer, out ReadOnlySpan<byte> path)
    {
        path = default;
        if (folder.IsEmpty)
        {
            folder = "."u8;
        }

        int length = folder.Length + 1 + name.Length;
        if (length >= buffer.Length)
        {
            return false;
        }

        folder.CopyTo(buffer);
        buffer[folder.Length] = (byte)'/';
        name.CopyTo(buffer[(folder.Length + 1)..]);
        buffer[length] = 0;
        path = buffer[..(length + 1)];
        return true;
    }

    private static ContainerException NotFound(KernelString program) =>
        new($"exec: \"{program}\": executable file not found in $PATH (/process/args/0)");

    private static ContainerException Failed(KernelString program, ReadOnlySpan<byte> path, Errno errno)
    {
        string reason = errno switch
        {
            Errno.ENOEXEC => WrongFormat(path),
            Errno.EACCES when IsProgram(path) == Errno.EISDIR => "is a directory: ",
            _ => "",
        };
        string missing = errno == Errno.ENOENT ? MissingInterpreter(path) : "";

        // The words of Go's os/exec, which clients know: without a look at the file they name the wrong one.
        return new ContainerException(missing.Length > 0
            ? $"exec {program}: no such file or directory (ENOENT): {missing}"
            : $"exec: \"{program}\": {reason}{ErrnoText.Of(errno)}");
    }

    // execve(2): ENOENT also says that the interpreter of a script or of an ELF file is missing.
    private static string MissingInterpreter(ReadOnlySpan<byte> path)
    {
        Span<byte> head = stackalloc byte[PathBuffer];
        head = head[..ReadHead(path, head)];
        if (head.StartsWith("#!"u8))
        {
            ReadOnlySpan<byte> line = head[2..];
            int end = line.IndexOf((byte)'\n');
            line = (end < 0 ? line : line[..end]).TrimStart(" \t"u8);
            string hint = line.EndsWith("\r"u8) ? ", whose name ends with a carriage return (the script has DOS line ends)" : "";
            int space = line.IndexOfAny(" \t"u8);
            return $"the script's interpreter {Encoding.UTF8.GetString((space < 0 ? line : line[..space]).TrimEnd((byte)'\r'))} does not exist{hint}";
        }

        string loader = ElfInterpreter(head);
        return loader.Length > 0 ? $"the program's loader {loader} does not exist" : "";
    }

    private static string WrongFormat(ReadOnlySpan<byte> path)
    {
        Span<byte> head = stackalloc byte[64];
        head = head[..ReadHead(path, head)];
        if (head.Length < 20 || !head.StartsWith("\u007fELF"u8))
        {
            return head.IsEmpty ? "the file is empty: " : "neither an ELF file nor a script with #! in its first line: ";
        }

        // elf(5): e_machine, in the byte order of e_ident[EI_DATA].
        ushort machine = head[5] == 2 ? BinaryPrimitives.ReadUInt16BigEndian(head[18..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[18..]);
        string name = machine switch
        {
            3 => "x86",
            8 => "mips",
            21 => "ppc64",
            22 => "s390x",
            40 => "arm",
            62 => "x86-64",
            183 => "arm64",
            243 => "riscv64",
            258 => "loongarch64",
            _ => $"ELF machine {machine}",
        };
        return machine == 62 ? "a damaged ELF file: " : $"a program for {name}, this machine is x86-64: ";
    }

    // elf(5): the program header of type PT_INTERP names the loader.
    private static string ElfInterpreter(ReadOnlySpan<byte> head)
    {
        const int HeaderSize = 64;
        const uint PT_INTERP = 3;
        if (head.Length < HeaderSize || !head.StartsWith("\u007fELF"u8) || head[4] != 2 || head[5] != 1)
        {
            return "";
        }

        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(head[32..]);
        ushort size = BinaryPrimitives.ReadUInt16LittleEndian(head[54..]);
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(head[56..]);
        for (int i = 0; i < count && offset + size <= (ulong)head.Length && size >= 56; i++, offset += size)
        {
            ReadOnlySpan<byte> header = head[(int)offset..];
            ulong start = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
            ulong length = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) == PT_INTERP && start < (ulong)head.Length && length <= (ulong)head.Length - start)
            {
                return Encoding.UTF8.GetString(head.Slice((int)start, (int)length).TrimEnd((byte)0));
            }
        }

        return "";
    }

    private static int ReadHead(ReadOnlySpan<byte> path, Span<byte> buffer)
    {
        if (Files.TryOpen(Fd.CurrentDirectory, path, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0, out OwnedFd? file) != 0)
        {
            return 0;
        }

        using (file)
        {
            return Files.TryRead(file!.Borrow, buffer, out int count) == 0 ? count : 0;
        }
    }
}
