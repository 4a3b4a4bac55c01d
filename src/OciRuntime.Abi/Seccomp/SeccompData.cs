// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Abi.Seccomp;

/// <summary><c>struct seccomp_data</c>, include/uapi/linux/seccomp.h: what a filter reads. Offsets of its words, on a little-endian machine.</summary>
public static class SeccompData
{
    public const uint Number = 0;
    public const uint Architecture = 4;

    /// <summary>Six.</summary>
    public const int ArgumentCount = 6;

    private const uint Arguments = 16;

    public static uint LowerHalf(int argument) => Arguments + (8 * (uint)argument);

    public static uint UpperHalf(int argument) => LowerHalf(argument) + 4;
}
