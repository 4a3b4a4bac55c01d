// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;

namespace OciRuntime.Tests.Unit.Spec;

/// <summary>Finds spec-fixtures/input, and reads with the errors as text.</summary>
internal static class SpecFixtures
{
    public static string InputFolder { get; } = Path.Combine(TopFolder(), "spec-fixtures", "input");

    public static byte[] Everything => File.ReadAllBytes(Path.Combine(InputFolder, "everything", "config.json"));

    public static byte[] DefaultConfig(DefaultSpecOptions options = default)
    {
        var buffer = new ArrayBufferWriter<byte>();
        DefaultSpecWriter.Write(buffer, options);
        return buffer.WrittenSpan.ToArray();
    }

    public static RuntimeSpec? Read(ReadOnlySpan<byte> utf8, out string[] errors)
    {
        List<SpecError> found = [];
        RuntimeSpec? spec = SpecReader.Read(utf8, found);
        errors = found.ConvertAll(error => error.ToString()).ToArray();
        return spec;
    }

    private static string TopFolder()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "OciRuntime.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no OciRuntime.sln above the tests");
        }

        return folder;
    }
}
