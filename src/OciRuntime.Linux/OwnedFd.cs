// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;

namespace OciRuntime.Linux;

/// <summary>A descriptor that closes once.</summary>
/// <remarks>No finalizer: every descriptor is close-on-exec and the process is short; the child has no finalizer thread.</remarks>
public sealed class OwnedFd(int number) : IDisposable
{
    private int _number = number;

    public Fd Borrow => _number >= 0 ? new Fd(_number) : throw new ObjectDisposedException(nameof(OwnedFd));

    /// <summary>The number, which is somebody else's to close from now on.</summary>
    public int Release()
    {
        int number = _number;
        _number = -1;
        return number;
    }

    public void Dispose()
    {
        int number = Release();
        if (number >= 0)
        {
            // close(2) releases the descriptor whatever it returns.
            _ = Raw.Call(SyscallNumber.Close, number);
        }
    }
}
