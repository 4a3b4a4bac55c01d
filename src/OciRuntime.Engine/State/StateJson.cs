// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OciRuntime.Engine.State;

/// <summary>The state document that <c>state</c> and <c>list</c> print and hooks read: runtime.md, "State", with runc's additions.</summary>
public static class StateJson
{
    // Paths and annotations as they are: no client reads the document inside HTML.
    private static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>The <c>state</c> command's document: indented by two spaces, no newline at the end.</summary>
    public static void WriteState(IBufferWriter<byte> to, ContainerSnapshot snapshot)
    {
        using Utf8JsonWriter writer = new(to, new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = Encoder });
        WriteObject(writer, snapshot, "");
    }

    /// <summary>The <c>list --format json</c> document: one compact array, <c>null</c> where there are no containers, and a newline.</summary>
    /// <param name="ownerOf">The name of the user with that id.</param>
    public static void WriteList(IBufferWriter<byte> to, ImmutableArray<ContainerSnapshot> snapshots, Func<uint, string> ownerOf)
    {
        if (snapshots.IsEmpty)
        {
            to.Write("null\n"u8);
            return;
        }

        using (Utf8JsonWriter writer = new(to, new JsonWriterOptions { Encoder = Encoder }))
        {
            writer.WriteStartArray();
            foreach (ContainerSnapshot snapshot in snapshots)
            {
                WriteObject(writer, snapshot, ownerOf(snapshot.Record.OwnerUid));
            }

            writer.WriteEndArray();
        }

        to.Write("\n"u8);
    }

    /// <summary>What a hook reads on its standard input.</summary>
    /// <param name="pid">As the hook's own PID namespace numbers it; 0: left out.</param>
    public static byte[] ForHook(ContainerRecord record, ContainerStatus status, int pid)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = Encoder }))
        {
            WriteState(writer, record, status, pid);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What a seccomp agent reads with a listener: config-linux.md, "The Container Process State".</summary>
    /// <param name="process">The pid of the process that the listener is for.</param>
    public static byte[] ForSeccompAgent(ContainerRecord record, ContainerStatus status, int process, string metadata)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Encoder = Encoder }))
        {
            writer.WriteStartObject();
            writer.WriteString("ociVersion"u8, record.OciVersion);
            writer.WriteStartArray("fds"u8);
            writer.WriteStringValue("seccompFd"u8);
            writer.WriteEndArray();
            writer.WriteNumber("pid"u8, process);
            if (metadata.Length > 0)
            {
                writer.WriteString("metadata"u8, metadata);
            }

            writer.WritePropertyName("state"u8);
            WriteState(writer, record, status, record.Pid);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteState(Utf8JsonWriter writer, ContainerRecord record, ContainerStatus status, int pid)
    {
        writer.WriteStartObject();
        writer.WriteString("ociVersion"u8, record.OciVersion);
        writer.WriteString("id"u8, record.Id);
        writer.WriteString("status"u8, ContainerSnapshot.NameOf(status));
        if (pid != 0)
        {
            writer.WriteNumber("pid"u8, pid);
        }

        writer.WriteString("bundle"u8, record.Bundle);
        WriteAnnotations(writer, record.Annotations);
        writer.WriteEndObject();
    }

    internal static void WriteAnnotations(Utf8JsonWriter writer, ImmutableArray<KeyValuePair<string, string>> annotations)
    {
        if (annotations.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject("annotations"u8);
        foreach (KeyValuePair<string, string> annotation in annotations)
        {
            writer.WriteString(annotation.Key, annotation.Value);
        }

        writer.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter writer, ContainerSnapshot snapshot, string owner)
    {
        ContainerRecord record = snapshot.Record;
        writer.WriteStartObject();
        writer.WriteString("ociVersion"u8, record.OciVersion);
        writer.WriteString("id"u8, record.Id);
        writer.WriteNumber("pid"u8, snapshot.Pid);
        writer.WriteString("status"u8, snapshot.StatusName);
        writer.WriteString("bundle"u8, record.Bundle);
        writer.WriteString("rootfs"u8, record.Rootfs);
        writer.WriteString("created"u8, record.Created);
        WriteAnnotations(writer, record.Annotations);
        writer.WriteString("owner"u8, owner);
        writer.WriteEndObject();
    }
}
