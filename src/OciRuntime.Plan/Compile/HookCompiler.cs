// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>hooks</c>. config.md, "POSIX-platform Hooks".</summary>
internal static class HookCompiler
{
    internal static HooksPlan Compile(HooksSpec? hooks, List<SpecError> errors) => hooks is null
        ? new HooksPlan()
        : new HooksPlan
        {
            Prestart = CompileList(hooks.Prestart, "/hooks/prestart", errors),
            CreateRuntime = CompileList(hooks.CreateRuntime, "/hooks/createRuntime", errors),
            CreateContainer = CompileList(hooks.CreateContainer, "/hooks/createContainer", errors),
            StartContainer = CompileList(hooks.StartContainer, "/hooks/startContainer", errors),
            Poststart = CompileList(hooks.Poststart, "/hooks/poststart", errors),
            Poststop = CompileList(hooks.Poststop, "/hooks/poststop", errors),
        };

    private static ImmutableArray<HookPlan> CompileList(ImmutableArray<HookSpec> hooks, string path, List<SpecError> errors)
    {
        if (hooks.IsEmpty)
        {
            return [];
        }

        ImmutableArray<HookPlan>.Builder plans = ImmutableArray.CreateBuilder<HookPlan>(hooks.Length);
        for (int i = 0; i < hooks.Length; i++)
        {
            plans.Add(CompileOne(hooks[i], Refuse.At(path, i), errors));
        }

        return plans.DrainToImmutable();
    }

    private static HookPlan CompileOne(HookSpec hook, string origin, List<SpecError> errors)
    {
        KernelString path = CompilePath(hook.Path, origin + "/path", errors);
        if (hook.Timeout is <= 0)
        {
            Refuse.Number(errors, origin + "/timeout", hook.Timeout.Value, "is not greater than zero");
        }

        ImmutableArray<KernelString> args = hook.Args.IsEmpty ? [path] : KernelText.MakeAll(hook.Args, origin + "/args", errors);
        ImmutableArray<KernelString>? env = hook.Env is { } entries ? EnvironmentCompiler.Compile(entries, origin + "/env", errors) : null;
        return new HookPlan(path, args, env, hook.Timeout ?? 0, origin);
    }

    private static KernelString CompilePath(string? text, string path, List<SpecError> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            Refuse.Missing(errors, path);
            return default;
        }

        if (!PathText.IsAbsolute(text))
        {
            Refuse.Value(errors, path, text, "is not an absolute path");
            return default;
        }

        _ = KernelText.TryMake(text, path, errors, out KernelString made);
        return made;
    }
}
