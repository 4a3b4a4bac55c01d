// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text.Json;

namespace OciRuntime.Engine.State;

/// <summary>state.json in the state folder: a container's record. Only ocirun reads it; its form may change with the version.</summary>
internal static class RecordJson
{
    public static ReadOnlySpan<byte> Write(ContainerRecord record)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        writer.WriteString("id"u8, record.Id);
        writer.WriteString("ociVersion"u8, record.OciVersion);
        writer.WriteNumber("pid"u8, record.Pid);
        writer.WriteNumber("startTime"u8, record.StartTime);
        writer.WriteBoolean("isCreated"u8, record.IsCreated);
        writer.WriteBoolean("hasProcess"u8, record.HasProcess);
        writer.WriteBoolean("noNewKeyring"u8, record.NoNewKeyring);
        writer.WriteString("bundle"u8, record.Bundle);
        writer.WriteString("rootfs"u8, record.Rootfs);
        writer.WriteString("created"u8, record.Created);
        writer.WriteNumber("ownerUid"u8, record.OwnerUid);
        if (record.SystemdUnit is { } unit)
        {
            writer.WriteString("systemdUnit"u8, unit);
            writer.WriteBoolean("isSystemdUser"u8, record.IsSystemdUser);
        }

        writer.WriteBoolean("hasPidNamespace"u8, record.HasPidNamespace);
        WriteStrings(writer, "cgroupFolders"u8, record.CgroupFolders);
        WriteStrings(writer, "cgroupControllers"u8, record.CgroupControllers);
        WriteStrings(writer, "cgroupParents"u8, record.CgroupParents);
        if (!record.ResctrlFolders.IsEmpty)
        {
            WriteStrings(writer, "resctrlFolders"u8, record.ResctrlFolders);
            WriteStrings(writer, "resctrlMade"u8, record.ResctrlMade);
        }

        StateJson.WriteAnnotations(writer, record.Annotations);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan;
    }

    /// <exception cref="JsonException">No such document.</exception>
    public static ContainerRecord Read(ReadOnlySpan<byte> bytes)
    {
        Utf8JsonReader reader = new(bytes);
        ContainerRecord record = new() { Id = "", OciVersion = "", Bundle = "", Rootfs = "", Created = "" };
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            record = ReadMember(ref reader, record);
        }

        bool isWhole = record.Id.Length > 0 && record.CgroupFolders.Length == record.CgroupControllers.Length;
        return isWhole && !reader.Read() ? record : throw new JsonException();
    }

    private static ContainerRecord ReadMember(ref Utf8JsonReader reader, ContainerRecord record)
    {
        string name = reader.GetString()!;
        reader.Read();
        switch (name)
        {
            case "id": return record with { Id = Text(ref reader) };
            case "ociVersion": return record with { OciVersion = Text(ref reader) };
            case "pid": return record with { Pid = reader.GetInt32() };
            case "startTime": return record with { StartTime = reader.GetUInt64() };
            case "isCreated": return record with { IsCreated = reader.GetBoolean() };
            case "hasProcess": return record with { HasProcess = reader.GetBoolean() };
            case "noNewKeyring": return record with { NoNewKeyring = reader.GetBoolean() };
            case "bundle": return record with { Bundle = Text(ref reader) };
            case "rootfs": return record with { Rootfs = Text(ref reader) };
            case "created": return record with { Created = Text(ref reader) };
            case "ownerUid": return record with { OwnerUid = reader.GetUInt32() };
            case "systemdUnit": return record with { SystemdUnit = Text(ref reader) };
            case "isSystemdUser": return record with { IsSystemdUser = reader.GetBoolean() };
            case "hasPidNamespace": return record with { HasPidNamespace = reader.GetBoolean() };
            case "cgroupControllers": return record with { CgroupControllers = ReadStrings(ref reader) };
            case "cgroupFolders": return record with { CgroupFolders = ReadStrings(ref reader) };
            case "cgroupParents": return record with { CgroupParents = ReadStrings(ref reader) };
            case "resctrlFolders": return record with { ResctrlFolders = ReadStrings(ref reader) };
            case "resctrlMade": return record with { ResctrlMade = ReadStrings(ref reader) };
            case "annotations": return record with { Annotations = ReadMap(ref reader) };
            default:
                reader.Skip();
                return record;
        }
    }

    private static string Text(ref Utf8JsonReader reader) => reader.GetString() ?? throw new JsonException();

    private static void WriteStrings(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ImmutableArray<string> strings)
    {
        writer.WriteStartArray(name);
        foreach (string text in strings)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static ImmutableArray<string> ReadStrings(ref Utf8JsonReader reader)
    {
        ImmutableArray<string>.Builder strings = ImmutableArray.CreateBuilder<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            strings.Add(Text(ref reader));
        }

        return strings.DrainToImmutable();
    }

    private static ImmutableArray<KeyValuePair<string, string>> ReadMap(ref Utf8JsonReader reader)
    {
        ImmutableArray<KeyValuePair<string, string>>.Builder entries = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = Text(ref reader);
            reader.Read();
            entries.Add(new KeyValuePair<string, string>(key, Text(ref reader)));
        }

        return entries.DrainToImmutable();
    }
}
