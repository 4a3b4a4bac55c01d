// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Runtime.InteropServices;

namespace OciRuntime.Guest;

/// <summary>
/// Runs a program and writes its peak resident memory in KiB into a file. Not in a container: it is here because what starts the program
/// must be small itself: the kernel carries the peak of the starter over the exec that follows a vfork.
/// </summary>
internal static unsafe class Measurement
{
    internal static int Run(string file, string[] command)
    {
        byte** argv = (byte**)NativeMemory.AllocZeroed((nuint)(command.Length + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < command.Length; i++)
        {
            argv[i] = (byte*)Marshal.StringToCoTaskMemUTF8(command[i]);
        }

        int errno = Native.Spawn(out int pid, argv[0], null, null, argv, Native.Environment());
        if (errno != 0)
        {
            Console.Error.WriteLine($"guest: {command[0]}: error {errno}");
            return 2;
        }

        Native.ResourceUsage usage;
        int status;
        while (Native.Wait4(pid, &status, 0, &usage) != pid)
        {
        }

        File.WriteAllText(file, usage.PeakKiB.ToString());
        return (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
    }
}
