// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi.Bpf;

namespace OciRuntime.Plan.Compile;

/// <summary>One rule about access to devices.</summary>
/// <param name="Major">A number, or <see cref="Any"/>.</param>
/// <param name="Minor">A number, or <see cref="Any"/>.</param>
internal readonly record struct DeviceRule(bool Allow, DeviceType Type, uint Major, uint Minor, DeviceAccess Access)
{
    /// <summary>As in security/device_cgroup.c: no device has this number.</summary>
    internal const uint Any = uint.MaxValue;

    /// <summary>Whether the rule is about every device of the pattern.</summary>
    internal bool Covers(uint major, uint minor) => (Major == Any || Major == major) && (Minor == Any || Minor == minor);
}
