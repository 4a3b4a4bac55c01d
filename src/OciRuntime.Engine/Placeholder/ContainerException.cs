// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Engine;

public sealed class ContainerException(string message) : Exception(message);
