// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Abi.Processes;

/// <summary><c>PER_*</c>, include/uapi/linux/personality.h. personality(2).</summary>
public static class Personality
{
    public const uint PER_LINUX = 0;
    public const uint PER_LINUX32 = 8;
}
