// SPDX-License-Identifier: Apache-2.0
using System.Runtime.Versioning;
using Xunit;

[assembly: SupportedOSPlatform("linux")]

// One test at a time: each compares the descriptors of the process before and after.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
