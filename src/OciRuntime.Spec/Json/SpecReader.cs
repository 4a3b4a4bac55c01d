// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text.Json;

namespace OciRuntime.Spec.Json;

/// <summary>
/// Reads config.json. It judges syntax, types and ranges, and gathers every violation of them; what a value means, and which ones are
/// required, is the plan's business. Unknown members are skipped, null counts as absent, and of a duplicate member the last one counts.
/// </summary>
public static partial class SpecReader
{
    /// <summary>Arbitrary, and far above what is met: a config of 16 KiB is a large one.</summary>
    public const int MaximumBytes = 16 * 1024 * 1024;

    /// <summary>What to say of a file of more than <see cref="MaximumBytes"/>, which need not be read for that.</summary>
    public static string TooLarge(string file, long bytes) => $"{file} is {bytes} bytes, at most {MaximumBytes} are read";

    private delegate T? Section<T>(ref JsonCursor json)
        where T : class;

    /// <summary>Reads a whole config.json.</summary>
    /// <returns>Null if the text is no JSON object. If errors were added, what they name is missing in the record.</returns>
    public static RuntimeSpec? Read(ReadOnlySpan<byte> utf8, List<SpecError> errors) =>
        ReadWhole<RuntimeSpec>(utf8, errors, ReadDocument);

    /// <summary>Reads a document that is like config.json's <c>process</c>: what <c>exec --process</c> is given.</summary>
    /// <inheritdoc cref="Read" path="/returns"/>
    public static ProcessSpec? ReadProcess(ReadOnlySpan<byte> utf8, List<SpecError> errors) =>
        ReadWhole<ProcessSpec>(utf8, errors, ReadProcess);

    /// <summary>Reads a document that is like config.json's <c>linux.resources</c>: what <c>update --resources</c> is given.</summary>
    /// <inheritdoc cref="Read" path="/returns"/>
    public static ResourcesSpec? ReadResources(ReadOnlySpan<byte> utf8, List<SpecError> errors) =>
        ReadWhole<ResourcesSpec>(utf8, errors, ReadResources);

    private static T? ReadWhole<T>(ReadOnlySpan<byte> utf8, List<SpecError> errors, Section<T> section)
        where T : class
    {
        var json = new JsonCursor(utf8, errors);
        try
        {
            if (!json.OpenDocument(MaximumBytes))
            {
                return null;
            }

            T? value = section(ref json);
            json.CloseDocument();
            return value;
        }
        catch (JsonException exception)
        {
            json.ReportSyntax(exception);
            return null;
        }
    }

    private static RuntimeSpec? ReadDocument(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? ociVersion = null, hostname = null, domainname = null;
        RootSpec? root = null;
        ProcessSpec? process = null;
        HooksSpec? hooks = null;
        LinuxSpec? linux = null;
        ImmutableArray<MountSpec> mounts = [];
        ImmutableArray<KeyValuePair<string, string>> annotations = [];
        while (json.NextMember())
        {
            if (json.Named("ociVersion"u8)) { ociVersion = json.String(); }
            else if (json.Named("process"u8)) { process = ReadProcess(ref json); }
            else if (json.Named("root"u8)) { root = ReadRoot(ref json); }
            else if (json.Named("hostname"u8)) { hostname = json.String(); }
            else if (json.Named("domainname"u8)) { domainname = json.String(); }
            else if (json.Named("mounts"u8)) { mounts = ReadMounts(ref json); }
            else if (json.Named("hooks"u8)) { hooks = ReadHooks(ref json); }
            else if (json.Named("annotations"u8)) { annotations = json.StringMap(); }
            else if (json.Named("linux"u8)) { linux = ReadLinux(ref json); }
            else { json.Skip(); }
        }

        return new RuntimeSpec
        {
            OciVersion = ociVersion, Process = process, Root = root, Hostname = hostname, Domainname = domainname,
            Mounts = mounts, Hooks = hooks, Annotations = annotations, Linux = linux,
        };
    }

    private static RootSpec? ReadRoot(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? path = null;
        bool? isReadonly = null;
        while (json.NextMember())
        {
            if (json.Named("path"u8)) { path = json.String(); }
            else if (json.Named("readonly"u8)) { isReadonly = json.Boolean(); }
            else { json.Skip(); }
        }

        return new RootSpec { Path = path, Readonly = isReadonly ?? false };
    }
}
