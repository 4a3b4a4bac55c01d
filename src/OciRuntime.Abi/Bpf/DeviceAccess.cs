// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Bpf;

/// <summary><c>BPF_DEVCG_ACC_*</c>, include/uapi/linux/bpf.h: the high half of <c>bpf_cgroup_dev_ctx.access_type</c>.</summary>
[Flags]
public enum DeviceAccess : byte
{
    None = 0,
    BPF_DEVCG_ACC_MKNOD = 1,
    BPF_DEVCG_ACC_READ = 2,
    BPF_DEVCG_ACC_WRITE = 4,
    All = BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE,
}
