// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Linux;

/// <summary>A borrowed descriptor: a number, never closed here.</summary>
public readonly record struct Fd(int Number)
{
    /// <summary><c>AT_FDCWD</c>: paths start at the current directory.</summary>
    public static Fd CurrentDirectory => new(-100);

    public static Fd StandardInput => new(0);
    public static Fd StandardOutput => new(1);
    public static Fd StandardError => new(2);
}
