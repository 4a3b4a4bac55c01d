// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Mounting;

/// <summary>The propagation types of <c>MS_*</c>, include/uapi/linux/mount.h, as mount_setattr(2) takes them. mount_namespaces(7).</summary>
[Flags]
public enum MountPropagation : ulong
{
    Unchanged = 0,
    MS_UNBINDABLE = 0x20000,
    MS_PRIVATE = 0x40000,
    MS_SLAVE = 0x80000,
    MS_SHARED = 0x100000,
}
