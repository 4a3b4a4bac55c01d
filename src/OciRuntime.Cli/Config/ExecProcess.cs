// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using OciRuntime.Engine.Parent;
using OciRuntime.Engine.State;
using OciRuntime.Linux;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using OciRuntime.Spec.Json;

namespace OciRuntime.Cli.Config;

/// <summary>The process of an exec: a document of its own, or the container's own process with what the command line changes.</summary>
internal sealed record ExecProcess
{
    /// <summary>The program and its arguments.</summary>
    internal required ImmutableArray<string> Args { get; init; }

    /// <summary>Added to the container's; of two with one name the last one counts.</summary>
    internal required ImmutableArray<string> Env { get; init; }

    internal required string? Cwd { get; init; }
    internal required bool Terminal { get; init; }

    /// <summary><c>UID</c> or <c>UID:GID</c>.</summary>
    internal required string? User { get; init; }

    internal required ImmutableArray<string> AdditionalGids { get; init; }
    internal required ImmutableArray<string> Capabilities { get; init; }

    /// <summary>Null: as the container's own process.</summary>
    internal required bool? NoNewPrivileges { get; init; }

    internal required string? ProcessLabel { get; init; }
    internal required string? AppArmor { get; init; }

    /// <summary>Of --process FILE: no other flag counts then, and of the container's own process what <see cref="ExecCompiler"/> takes over.</summary>
    internal static ExecPlan CompileFile(StateStore store, string id, string file)
    {
        byte[] bytes = FileText.Read(Fd.CurrentDirectory, file, file, mayBePipe: true);
        List<SpecError> errors = [];
        ProcessSpec? process = SpecReader.ReadProcess(bytes, errors);
        if (process is null || errors.Count > 0)
        {
            throw new InvalidConfigException(file, errors);
        }

        return Compile(ReadContainer(store, id), process, file, wholeDocument: true);
    }

    internal ExecPlan Compile(StateStore store, string id)
    {
        RuntimeSpec container = ReadContainer(store, id);
        ProcessSpec process = container.Process
            ?? throw new CommandException("the container's config.json has no process (/process): give --process");
        return Compile(container, Change(process), "the process to run");
    }

    private static RuntimeSpec ReadContainer(StateStore store, string id)
    {
        List<SpecError> errors = [];
        RuntimeSpec? spec = SpecReader.Read(ContainerQueries.ReadConfig(store, id), errors);
        return spec is not null && errors.Count == 0 ? spec : throw new InvalidConfigException($"the config of {id}", errors);
    }

    private static ExecPlan Compile(RuntimeSpec container, ProcessSpec process, string shown, bool wholeDocument = false)
    {
        List<SpecError> errors = [];
        if (ExecCompiler.Compile(container, process, HostProbe.Read("/"), errors) is { } plan)
        {
            return plan;
        }

        // The compiler knows a process as a part of config.json.
        const string Part = "/process";
        for (int i = 0; wholeDocument && i < errors.Count; i++)
        {
            SpecError error = errors[i];
            errors[i] = error.Path.Text.StartsWith(Part, StringComparison.Ordinal) ? error with { Path = new JsonPath(error.Path.Text[Part.Length..]) } : error;
        }

        throw new InvalidConfigException(shown, errors);
    }

    private ProcessSpec Change(ProcessSpec process) => process with
    {
        Args = Args,
        Env = process.Env.AddRange(Env),
        Cwd = Cwd ?? process.Cwd,
        Terminal = Terminal,
        User = ChangeUser(process.User ?? new UserSpec()),
        Capabilities = Capabilities.IsEmpty ? process.Capabilities : Add(process.Capabilities ?? new CapabilitiesSpec()),
        NoNewPrivileges = NoNewPrivileges ?? process.NoNewPrivileges,
        SelinuxLabel = ProcessLabel ?? process.SelinuxLabel,
        ApparmorProfile = AppArmor ?? process.ApparmorProfile,
    };

    // Never inheritable (CVE-2022-29162). Ambient ones must be inheritable too: as with runc they are asked for only where something is.
    private CapabilitiesSpec Add(CapabilitiesSpec sets) => sets with
    {
        Bounding = AddTo(sets.Bounding),
        Effective = AddTo(sets.Effective),
        Permitted = AddTo(sets.Permitted),
        Ambient = sets.Inheritable is null ? sets.Ambient : AddTo(sets.Ambient),
    };

    private ImmutableArray<string> AddTo(ImmutableArray<string>? set) => (set ?? []).AddRange(Capabilities);

    private UserSpec ChangeUser(UserSpec user)
    {
        if (User is { } text)
        {
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            user = user with { Uid = ParseId(colon < 0 ? text : text[..colon], text) };
            user = colon < 0 ? user : user with { Gid = ParseId(text[(colon + 1)..], text) };
        }

        foreach (string gid in AdditionalGids)
        {
            user = user with { AdditionalGids = user.AdditionalGids.Add(ParseGroup(gid)) };
        }

        return user;
    }

    // Whatever is no id must not become one: a failed parse that means root is an escape (CVE-2026-30892).
    private static uint ParseId(string text, string whole) =>
        TryParseId(text, out uint id) ? id : throw new CommandException($"invalid value \"{whole}\" for --user: not UID or UID:GID in decimal numbers");

    private static uint ParseGroup(string text) =>
        TryParseId(text, out uint id) ? id : throw new CommandException($"invalid value \"{text}\" for --additional-gids: not a decimal number");

    private static bool TryParseId(string text, out uint id) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;
}
