// SPDX-License-Identifier: Apache-2.0
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OciRuntime.Bench;

/// <param name="Milliseconds">From posix_spawn until the process was collected.</param>
/// <param name="PeakKiB">Of the process and of those that it collected itself: the largest.</param>
internal readonly record struct Sample(double Milliseconds, long PeakKiB);

/// <summary>Starts a program with /dev/null on its input and output, and waits for it. Errors go where ours go.</summary>
internal static unsafe partial class Child
{
    private const int ActionsSize = 512; // posix_spawn_file_actions_t has 80
    private const int ReadWrite = 2;

    private static readonly byte** s_environment = Strings(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"]);

    internal static Sample Run(params string[] command)
    {
        byte** argv = Strings(command);
        byte* actions = stackalloc byte[ActionsSize];
        _ = ActionsInit(actions);
        _ = ActionsOpen(actions, 0, "/dev/null", ReadWrite, 0);
        _ = ActionsOpen(actions, 1, "/dev/null", ReadWrite, 0);
        long start = Stopwatch.GetTimestamp();
        int errno = Spawn(out int pid, argv[0], actions, null, argv, s_environment);
        if (errno != 0)
        {
            throw new InvalidOperationException($"{command[0]}: error {errno}");
        }

        int status;
        Usage usage;
        do
        {
            errno = Wait4(pid, out status, 0, out usage) == pid ? 0 : Marshal.GetLastSystemError();
        }
        while (errno != 0);

        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        _ = ActionsDestroy(actions);
        Free(argv);
        if (status != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)}: status {status:x}");
        }

        return new Sample(milliseconds, usage.PeakKiB);
    }

    private static byte** Strings(string[] strings)
    {
        byte** pointers = (byte**)NativeMemory.AllocZeroed((nuint)(strings.Length + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < strings.Length; i++)
        {
            pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        }

        return pointers;
    }

    private static void Free(byte** strings)
    {
        for (byte** at = strings; *at != null; at++)
        {
            Marshal.FreeCoTaskMem((nint)(*at));
        }

        NativeMemory.Free(strings);
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    private static partial int Spawn(out int pid, byte* path, void* actions, void* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ActionsOpen(void* actions, int fd, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "wait4")]
    private static partial int Wait4(int pid, out int status, int options, out Usage usage);

    /// <summary><c>struct rusage</c>: two times, the peak resident size, 13 more.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Usage
    {
        public fixed long Times[4];
        public long PeakKiB;
        public fixed long Rest[13];
    }
}
