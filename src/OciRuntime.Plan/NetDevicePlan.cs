// SPDX-License-Identifier: Apache-2.0
using OciRuntime.Abi;

namespace OciRuntime.Plan;

/// <summary>A network device that moves from the runtime's network namespace to the container's.</summary>
/// <param name="Name">Here.</param>
/// <param name="NewName">There; with <c>%d</c> in it the kernel fills in the first number that is free.</param>
public sealed record NetDevicePlan(KernelString Name, KernelString NewName, bool IsTemplate, string Origin);
