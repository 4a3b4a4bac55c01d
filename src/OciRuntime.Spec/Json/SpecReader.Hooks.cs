// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;

namespace OciRuntime.Spec.Json;

// config.md, "POSIX-platform Hooks".
public static partial class SpecReader
{
    private static HooksSpec? ReadHooks(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        ImmutableArray<HookSpec> prestart = [], createRuntime = [], createContainer = [];
        ImmutableArray<HookSpec> startContainer = [], poststart = [], poststop = [];
        while (json.NextMember())
        {
            if (json.Named("prestart"u8)) { prestart = ReadHookList(ref json); }
            else if (json.Named("createRuntime"u8)) { createRuntime = ReadHookList(ref json); }
            else if (json.Named("createContainer"u8)) { createContainer = ReadHookList(ref json); }
            else if (json.Named("startContainer"u8)) { startContainer = ReadHookList(ref json); }
            else if (json.Named("poststart"u8)) { poststart = ReadHookList(ref json); }
            else if (json.Named("poststop"u8)) { poststop = ReadHookList(ref json); }
            else { json.Skip(); }
        }

        return new HooksSpec
        {
            Prestart = prestart, CreateRuntime = createRuntime, CreateContainer = createContainer,
            StartContainer = startContainer, Poststart = poststart, Poststop = poststop,
        };
    }

    private static ImmutableArray<HookSpec> ReadHookList(ref JsonCursor json)
    {
        if (!json.EnterArray())
        {
            return [];
        }

        List<HookSpec> hooks = [];
        while (json.NextElement())
        {
            if (ReadHook(ref json) is { } element)
            {
                hooks.Add(element);
            }
        }

        return JsonCursor.Freeze(hooks);
    }

    private static HookSpec? ReadHook(ref JsonCursor json)
    {
        if (!json.EnterObject())
        {
            return null;
        }

        string? path = null;
        ImmutableArray<string> args = [];
        ImmutableArray<string>? env = null;
        int? timeout = null;
        while (json.NextMember())
        {
            if (json.Named("path"u8)) { path = json.String(); }
            else if (json.Named("args"u8)) { args = json.Strings() ?? []; }
            else if (json.Named("env"u8)) { env = json.Strings(); }
            else if (json.Named("timeout"u8)) { timeout = json.Int32(); }
            else { json.Skip(); }
        }

        return new HookSpec { Path = path, Args = args, Env = env, Timeout = timeout };
    }
}
