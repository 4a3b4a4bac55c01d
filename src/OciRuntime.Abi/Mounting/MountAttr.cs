// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Mounting;

/// <summary><c>MOUNT_ATTR_*</c>, include/uapi/linux/mount.h. mount_setattr(2), fsmount(2).</summary>
[Flags]
public enum MountAttr : ulong
{
    None = 0,
    MOUNT_ATTR_RDONLY = 0x1,
    MOUNT_ATTR_NOSUID = 0x2,
    MOUNT_ATTR_NODEV = 0x4,
    MOUNT_ATTR_NOEXEC = 0x8,

    /// <summary>Not a flag but a field: relatime is 0. To change it, clear the whole field.</summary>
    MOUNT_ATTR__ATIME = 0x70,
    MOUNT_ATTR_NOATIME = 0x10,
    MOUNT_ATTR_STRICTATIME = 0x20,
    MOUNT_ATTR_NODIRATIME = 0x80,
    MOUNT_ATTR_IDMAP = 0x100000,
    MOUNT_ATTR_NOSYMFOLLOW = 0x200000,
}
