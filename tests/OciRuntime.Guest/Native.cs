// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace OciRuntime.Guest;

/// <summary>The few calls that .NET has no words for. libc is linked in.</summary>
internal static partial class Native
{
    internal const long SyscallClone = 56;
    internal const long SyscallExitGroup = 231;
    internal const long SyscallPause = 34;
    internal const int StatxBasic = 0x7FF;
    internal const int AtSymlinkNoFollow = 0x100;
    internal const int AtCurrentDirectory = -100;
    internal const uint GetWindowSize = 0x5413; // TIOCGWINSZ

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "signal")]
    internal static partial nint Signal(int signal, nint handler);

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
