// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Abi.Bpf;

/// <summary><c>BPF_DEVCG_DEV_*</c>, include/uapi/linux/bpf.h: the low half of <c>bpf_cgroup_dev_ctx.access_type</c>.</summary>
[Flags]
public enum DeviceType : byte
{
    None = 0,
    BPF_DEVCG_DEV_BLOCK = 1,
    BPF_DEVCG_DEV_CHAR = 2,
    All = BPF_DEVCG_DEV_BLOCK | BPF_DEVCG_DEV_CHAR,
}
