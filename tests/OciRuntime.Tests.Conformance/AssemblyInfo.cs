// SPDX-License-Identifier: Apache-2.0
using System.Runtime.Versioning;
using Xunit;

[assembly: SupportedOSPlatform("linux")]

// One test at a time: each compares the host's mounts, cgroups and processes before and after.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
