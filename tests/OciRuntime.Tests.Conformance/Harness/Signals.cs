// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>signal(7), x86 and arm; and the status word of wait(2).</summary>
internal static class Signals
{
    internal const int Hangup = 1;
    internal const int Interrupt = 2;
    internal const int Kill = 9;
    internal const int User1 = 10;
    internal const int User2 = 12;
    internal const int Terminate = 15;
    internal const int Continue = 18;
    internal const int Stop = 19;
    internal const int WindowChange = 28;

    /// <returns>What exit was given, or minus the signal.</returns>
    internal static int StatusOf(int status) => (status & 0x7F) == 0 ? (status >> 8) & 0xFF : -(status & 0x7F);
}
