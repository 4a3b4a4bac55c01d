// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json.Nodes;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace OciRuntime.Bench;

/// <summary>Started by tests/bench, which prepares and cleans up: <c>bench BUNDLE STATE ROUNDS OCIRUN RUNCS CRUNS CASE…</c>.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        try
        {
            return args switch
            {
                ["worker", string log] => WorkerLoop.Run(log),
                [string bundle, string state, string rounds, string ocirun, string runcs, string cruns, .. string[] cases] =>
                    Compare(bundle, state, int.Parse(rounds, CultureInfo.InvariantCulture), ocirun, Paths(runcs), Paths(cruns), cases),
                _ => throw new BenchException("this is the other half of tests/bench"),
            };
        }
        catch (BenchException e)
        {
            Console.Error.WriteLine($"bench: {e.Message}");
            return 1;
        }
    }
    /// <param name="bundle">A folder with the root file system; gets its config.json here.</param>
    /// <param name="state">A folder for the state of containers; its name begins that of each container.</param>
    private static int Compare(string bundle, string state, int rounds, string ocirun, string[] runcs, string[] cruns, string[] cases)
    {
        string prefix = Path.GetFileName(state);
        using Worker host = new(string.Empty, plainV2: false, Path.Combine(state, "log"));
        WriteConfig(host, ocirun, bundle);
        WriteFilteredConfigs(bundle);
        List<Contender> candidates = Candidates(host, state, ocirun, ("runc", runcs));
        using Worker? plain = File.Exists("/sys/fs/cgroup/cgroup.controllers")
            ? null
            : new(" (cgroup v2)", plainV2: true, Path.Combine(state, "log-v2"));
        if (plain is null)
        {
            candidates.AddRange(Peers(host, state, candidates[0], ("crun", cruns)));
        }
        else if (cruns.Length > 0)
        {
            candidates.AddRange(Candidates(plain, state, ocirun, ("crun", cruns)));
        }

        List<Contender> contenders = [];
        foreach (Contender candidate in candidates)
        {
            if (Cases.Probe(candidate, bundle, $"{prefix}-probe-{candidates.IndexOf(candidate)}") is string problem)
            {
                Console.WriteLine($"left out: {candidate.Name} ({candidate.Executable}): {problem}");
            }
            else
            {
                contenders.Add(candidate);
            }
        }

        if (contenders.Count == 0)
        {
            throw new BenchException("no runtime can run the container");
        }

        Cases measured = new(contenders, bundle, prefix, rounds);
        Array.ForEach(cases, measured.Run);
        return 0;
    }

    /// <summary>An ocirun, and the peers that are compared with it.</summary>
    private static List<Contender> Candidates(Worker worker, string state, string ocirun, (string Name, string[] Paths) peers)
    {
        Contender reference = new("ocirun", ocirun, worker, StateRoot(state), null);
        return [reference, .. Peers(worker, state, reference, peers)];
    }

    private static List<Contender> Peers(Worker worker, string state, Contender reference, (string Name, string[] Paths) peers)
    {
        List<Contender> contenders = [];
        foreach (string path in peers.Paths)
        {
            contenders.Add(new Contender(peers.Name, path, worker, StateRoot(state), reference));
        }

        return contenders;
    }

    private static string StateRoot(string state) => Path.Combine(state, $"root-{Directory.GetDirectories(state).Length}");

    /// <summary>The default config, less what a benchmark can't have, in a version that older peers accept.</summary>
    private static void WriteConfig(Worker worker, string ocirun, string bundle)
    {
        Outcome outcome = worker.Run(ocirun, "spec", "--bundle", bundle);
        if (outcome.Status != 0)
        {
            throw new BenchException($"ocirun spec ended with status {outcome.Status}: {outcome.Text}");
        }

        string path = Path.Combine(bundle, "config.json");
        JsonNode config = JsonNode.Parse(File.ReadAllBytes(path))!;
        config["ociVersion"] = "1.0.2";
        config["process"]!["terminal"] = false;
        config["process"]!["args"] = new JsonArray("/bin/true");
        File.WriteAllText(path, config.ToJsonString());
    }

    /// <summary>Bundles below the bundle: the same with a filter of system calls, and those that time system calls with it and without.</summary>
    private static void WriteFilteredConfigs(string bundle)
    {
        JsonNode config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(bundle, "config.json")))!;
        config["root"]!["path"] = Path.Combine(bundle, "rootfs");
        Write(config, bundle, Cases.CallsFolder, ["/guest", "time"], null);
        JsonNode profile = JsonNode.Parse(File.ReadAllBytes(Path.Combine(bundle, "profile.json")))!["linux"]!["seccomp"]!;
        Write(config, bundle, Cases.FilterFolder, ["/bin/true"], profile);
        Write(config, bundle, Cases.FilteredCallsFolder, ["/guest", "time"], profile);
    }

    private static void Write(JsonNode config, string bundle, string folder, string[] args, JsonNode? profile)
    {
        JsonNode changed = config.DeepClone();
        changed["process"]!["args"] = new JsonArray([.. args]);
        changed["linux"]!["seccomp"] = profile?.DeepClone();
        _ = Directory.CreateDirectory(Path.Combine(bundle, folder));
        File.WriteAllText(Path.Combine(bundle, folder, "config.json"), changed.ToJsonString());
    }

    private static string[] Paths(string joined) => joined.Split(':', StringSplitOptions.RemoveEmptyEntries);
}
