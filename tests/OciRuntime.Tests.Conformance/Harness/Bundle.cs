// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OciRuntime.Tests.Conformance.Harness;

/// <summary>A folder with the default config and a root file system of its own. Change <see cref="Config"/>, then <see cref="Save"/>.</summary>
internal sealed class Bundle
{
    private static readonly byte[] s_default = ReadDefault();

    internal Bundle(string path, string marker, params string[] args)
    {
        Folder = path;
        _ = Directory.CreateDirectory(path);
        Rootfs = Path.Combine(path, "rootfs");
        Harness.Rootfs.Make(Rootfs);
        Config = DefaultConfig();
        Process["terminal"] = false;
        Process["args"] = Array(args.Length == 0 ? ["true"] : args);
        Process["env"]!.AsArray().Add(marker);
        _ = Save();
    }

    internal string Folder { get; }

    internal string Rootfs { get; }

    internal string ConfigPath => Path.Combine(Folder, "config.json");

    internal JsonObject Config { get; }

    internal JsonObject Process => Config["process"]!.AsObject();

    internal JsonObject Linux => Config["linux"]!.AsObject();

    internal JsonObject Resources => Linux["resources"]!.AsObject();

    internal JsonArray Mounts => Config["mounts"]!.AsArray();

    /// <summary>What <c>spec</c> is expected to write.</summary>
    internal static JsonObject DefaultConfig() => JsonNode.Parse(s_default)!.AsObject();

    internal static JsonArray Array(params string[] items) => new([.. items.Select(i => JsonValue.Create(i))]);

    internal Bundle Save()
    {
        File.WriteAllText(ConfigPath, Config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return this;
    }

    /// <summary>Applies the change and saves.</summary>
    internal Bundle With(Action<Bundle> change)
    {
        change(this);
        return Save();
    }

    internal Bundle Args(params string[] args) => With(b => b.Process["args"] = Array(args));

    internal Bundle Shell(string script) => Args("sh", "-c", script);

    internal void AddMount(string destination, string type, string source, params string[] options) =>
        Mounts.Add(new JsonObject
        {
            ["destination"] = destination,
            ["type"] = type,
            ["source"] = source,
            ["options"] = Array(options),
        });

    internal void RemoveNamespace(string type)
    {
        JsonArray namespaces = Linux["namespaces"]!.AsArray();
        JsonNode found = namespaces.First(n => n!["type"]!.GetValue<string>() == type)!;
        _ = namespaces.Remove(found);
    }

    /// <summary>All five sets.</summary>
    internal void SetCapabilities(params string[] names)
    {
        JsonObject sets = [];
        foreach (string set in (string[])["bounding", "effective", "permitted", "inheritable", "ambient"])
        {
            sets[set] = Array(names);
        }

        Process["capabilities"] = sets;
    }

    internal string AddProgram(string name, string content, int mode = 0x1ED /* 0755 */)
    {
        string path = Path.Combine(Rootfs, name.TrimStart('/'));
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, (UnixFileMode)mode);
        return path;
    }

    private static byte[] ReadDefault()
    {
        using Stream stream = typeof(Bundle).Assembly.GetManifestResourceStream("DefaultConfig.json")!;
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
