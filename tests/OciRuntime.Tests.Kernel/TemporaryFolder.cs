// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;

namespace OciRuntime.Tests.Kernel;

/// <summary>An empty folder below /tmp, removed with all that is in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ocirun-kernel-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
