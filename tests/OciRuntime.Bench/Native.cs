// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace OciRuntime.Bench;

/// <summary>libc's calls to start a program and to wait for it, with what it used.</summary>
internal static unsafe partial class Native
{
    internal const short SetSignalMask = 0x08; // POSIX_SPAWN_SETSIGMASK
    internal const short SetSignalDefault = 0x04; // POSIX_SPAWN_SETSIGDEF

    /// <summary>Room for <c>posix_spawnattr_t</c> (336 bytes), <c>posix_spawn_file_actions_t</c> (80) or <c>sigset_t</c> (128).</summary>
    internal const int OpaqueSize = 512;

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    internal static partial int Spawn(out int pid, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    internal static partial int InitialiseActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    internal static partial int InitialiseAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    internal static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    internal static partial int SetDefaultSignals(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    internal static partial int SetBlockedSignals(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    internal static partial int FillSignals(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    internal static partial int EmptySignals(byte* signals);

    /// <returns>The process that ended, or -1: there is none (the calls are not interrupted: no handler is set here).</returns>
    [LibraryImport("libc", EntryPoint = "wait4", SetLastError = true)]
    internal static partial int Wait(int pid, out int status, int options, out Usage usage);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(int fd, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    internal static partial int ReadClock(int clock, out TimeSpec time);

    /// <summary><c>struct rusage</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    internal struct Usage
    {
        /// <summary>KiB: the largest that the process was, or any that it has waited for.</summary>
        [FieldOffset(32)]
        public long MaxResident;
    }

    /// <summary><c>struct timespec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
