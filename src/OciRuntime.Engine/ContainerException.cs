// SPDX-License-Identifier: Apache-2.0
using System;

namespace OciRuntime.Engine;

/// <summary>A failure in words for the user: what was being done, to what, and the root cause last.</summary>
public class ContainerException(string message) : Exception(message)
{
    // Clients match these words: anchors B.5.
    public const string AlreadyExists = "container with given ID already exists";
    public const string DoesNotExist = "container does not exist";
    public const string NotRunning = "container not running";
    public const string NotPaused = "container not paused";
    public const string InvalidId = "invalid container ID format";
    public const string ExecStopped = "cannot exec in a stopped container";
    public const string ExecPaused = "cannot exec in a paused container (use --ignore-paused to override)";
    public const string StartRunning = "cannot start an already running container";
    public const string StartStopped = "cannot start a container that has stopped";
}
