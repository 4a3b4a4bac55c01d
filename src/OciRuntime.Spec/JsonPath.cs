// SPDX-License-Identifier: Apache-2.0
using System;
using System.Globalization;

namespace OciRuntime.Spec;

/// <summary>Where a value stands in a JSON document, as a JSON pointer (RFC 6901): <c>/mounts/3/options/1</c>. The document itself is <c>/</c>.</summary>
public readonly record struct JsonPath(string Text)
{
    public static JsonPath Root { get; } = new("");

    public JsonPath Field(string name) => new($"{Text}/{Escape(name)}");

    public JsonPath At(int index) => new(string.Concat(Text, "/", index.ToString(CultureInfo.InvariantCulture)));

    public override string ToString() => string.IsNullOrEmpty(Text) ? "/" : Text;

    // RFC 6901 section 3: '~' and '/' inside a member's name.
    private static string Escape(string name) =>
        name.AsSpan().IndexOfAny('~', '/') < 0
            ? name
            : name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
