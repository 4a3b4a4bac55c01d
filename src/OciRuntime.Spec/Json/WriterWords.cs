// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OciRuntime.Spec.Json;

/// <summary>Spells what the documents share.</summary>
internal static class WriterWords
{
    /// <summary>Indented by so many of the character. Only what JSON itself wants is escaped: no <c>\u002B</c> in a version.</summary>
    internal static JsonWriterOptions Indented(char character, int size) => new()
    {
        Indented = true,
        IndentCharacter = character,
        IndentSize = size,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static void WriteStrings(this Utf8JsonWriter json, ReadOnlySpan<byte> name, params ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
