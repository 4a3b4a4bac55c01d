// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Files;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>HOME, from the container's own passwd file, where config.json does not set it. passwd(5).</summary>
internal static class HomeVariable
{
    public const int SpareSize = 4096;

    private const int MaximumPasswd = 1 << 20;

    private static ReadOnlySpan<byte> Prefix => "HOME="u8;

    public static void Add(ProcessPlan process, ArgumentBlock envp)
    {
        foreach (KernelString variable in process.Env)
        {
            if (variable.Text.StartsWith(Prefix))
            {
                return;
            }
        }

        Span<byte> text = stackalloc byte[SpareSize];
        Prefix.CopyTo(text);
        int length = Prefix.Length + Find(process.Uid, text[Prefix.Length..^1]);
        text[length] = 0;
        envp.TryAppend(text[..(length + 1)]);
    }

    /// <returns>The length of the folder that was written to <paramref name="home"/>; <c>/</c> where the file does not name one.</returns>
    private static int Find(uint uid, Span<byte> home)
    {
        home[0] = (byte)'/';
        if (Files.TryOpen(Fd.CurrentDirectory, "/etc/passwd\0"u8, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK, 0, out OwnedFd? file) != 0)
        {
            return 1;
        }

        using (file)
        {
            FileStatus status = Files.Status(file!.Borrow);
            if (status.Type != FileType.S_IFREG || status.Size > MaximumPasswd)
            {
                return 1;
            }

            ReadOnlySpan<byte> text = WholeFile.Read(file.Borrow);
            foreach (Range line in text.Split((byte)'\n'))
            {
                ReadOnlySpan<byte> folder = FolderOf(text[line], uid);
                if (folder.Length > 0 && folder.Length <= home.Length)
                {
                    folder.CopyTo(home);
                    return folder.Length;
                }
            }
        }

        return 1;
    }

    // name:password:uid:gid:comment:folder:shell
    private static ReadOnlySpan<byte> FolderOf(ReadOnlySpan<byte> line, uint uid)
    {
        const int UidField = 2;
        const int FolderField = 5;
        int field = 0;
        foreach (Range range in line.Split((byte)':'))
        {
            ReadOnlySpan<byte> value = line[range];
            if (field == UidField && !(Utf8Parser.TryParse(value, out uint id, out int used) && used == value.Length && id == uid))
            {
                return default;
            }

            if (field++ == FolderField)
            {
                return value;
            }
        }

        return default;
    }
}
