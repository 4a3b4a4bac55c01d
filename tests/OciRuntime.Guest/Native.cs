// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace OciRuntime.Guest;

/// <summary>The few calls that .NET has no words for. libc is linked in.</summary>
internal static partial class Native
{
    internal const long SyscallRead = 0;
    internal const long SyscallClose = 3;
    internal const long SyscallSocket = 41;
    internal const long SyscallSendMessage = 46;
    internal const long SyscallPipe2 = 293;
    internal const long SyscallClone = 56;
    internal const long SyscallExitGroup = 231;
    internal const long SyscallPause = 34;
    internal const int StatxBasic = 0x7FF;
    internal const int AtSymlinkNoFollow = 0x100;
    internal const int AtCurrentDirectory = -100;
    internal const int GetDescriptorFlags = 1; // F_GETFD
    internal const int CloseOnExec = 1; // FD_CLOEXEC
    internal const uint GetWindowSize = 0x5413; // TIOCGWINSZ

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "signal")]
    internal static partial nint Signal(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int DescriptorFlags(int fd, int command);

    [LibraryImport("libc", EntryPoint = "isatty", SetLastError = true)]
    internal static partial int IsATty(int fd);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int WindowSize(int fd, nuint request, out WinSize size);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetRlimit(int resource, out Rlimit limit);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int StatX(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "gethostname", SetLastError = true)]
    internal static unsafe partial int GetHostName(byte* name, nuint length);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    internal static unsafe partial int Spawn(out int pid, byte* path, void* actions, void* attributes, byte** argv, byte** envp);

    [LibraryImport("libc", EntryPoint = "wait4", SetLastError = true)]
    internal static unsafe partial int Wait4(int pid, int* status, int options, ResourceUsage* usage);

    /// <summary>This process's, as posix_spawn takes it.</summary>
    internal static unsafe byte** Environment()
    {
        string[] variables = Report.Lines("/proc/self/environ", '\0');
        byte** envp = (byte**)NativeMemory.AllocZeroed((nuint)(variables.Length + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < variables.Length; i++)
        {
            envp[i] = (byte*)Marshal.StringToCoTaskMemUTF8(variables[i]);
        }

        return envp;
    }

    /// <summary><c>struct rusage</c>: two times, the peak resident size, 13 more.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct ResourceUsage
    {
        public fixed long Times[4];
        public long PeakKiB;
        public fixed long Rest[13];
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct WinSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelsX;
        public ushort PixelsY;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Rlimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
