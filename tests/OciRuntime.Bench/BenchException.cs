// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Bench;

/// <summary>Why nothing could be measured, in words for the user.</summary>
internal sealed class BenchException(string message) : Exception(message);
