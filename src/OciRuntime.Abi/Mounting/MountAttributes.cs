// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace OciRuntime.Abi.Mounting;

/// <summary><c>struct mount_attr</c>, include/uapi/linux/mount.h. VER0 = 32 bytes. mount_setattr(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct MountAttributes
{
    public MountAttr Set;
    public MountAttr Clear;
    public MountPropagation Propagation;

    /// <summary>A user namespace's descriptor, for MOUNT_ATTR_IDMAP.</summary>
    public ulong UserNamespace;
}

/// <summary><c>enum fsconfig_command</c>, include/uapi/linux/mount.h. fsconfig(2).</summary>
public enum FsConfigCommand
{
    FSCONFIG_SET_FLAG = 0,
    FSCONFIG_SET_STRING = 1,
    FSCONFIG_CMD_CREATE = 6,
    FSCONFIG_CMD_RECONFIGURE = 7,
}
