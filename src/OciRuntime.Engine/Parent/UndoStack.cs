// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;

namespace OciRuntime.Engine.Parent;

/// <summary>The reverse of each effect so far: run, last first, if what comes after it fails.</summary>
internal sealed class UndoStack
{
    private readonly Stack<Action> _steps = new();

    public void Push(Action step) => _steps.Push(step);

    /// <summary>Undoes everything; a step that fails does not keep the others from running.</summary>
    /// <returns>What could not be undone, for the error; empty if all was.</returns>
    public string Unwind()
    {
        string trouble = "";
        while (_steps.TryPop(out Action? step))
        {
            try
            {
                step();
            }
            catch (Exception e) when (e is Linux.LinuxException or ContainerException)
            {
                trouble = $"{trouble} (and then, cleaning up: {e.Message})";
            }
        }

        return trouble;
    }
}
