// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Abi.Processes;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.sysctl</c>: only what the container's own namespaces keep apart from the host. sysctl(8), namespaces(7).</summary>
internal static class SysctlCompiler
{
    private const string Path = "/linux/sysctl";

    internal static ImmutableArray<SysctlWrite> Compile(
        ImmutableArray<KeyValuePair<string, string>> sysctls, NamespacePlan namespaces, List<SpecError> errors)
    {
        if (sysctls.IsEmpty)
        {
            return [];
        }

        ImmutableArray<SysctlWrite>.Builder writes = ImmutableArray.CreateBuilder<SysctlWrite>(sysctls.Length);
        foreach ((string key, string value) in sysctls)
        {
            string origin = Refuse.Member(Path, key);
            string file = ToFile(key);
            if (RuleAgainst(file, namespaces) is { } rule)
            {
                Refuse.Value(errors, origin, key, rule);
            }
            else if (KernelText.TryMake(value, origin, errors, out KernelString made))
            {
                writes.Add(new SysctlWrite(KernelString.Of(file), made, origin));
            }
        }

        return writes.DrainToImmutable();
    }

    // sysctl(8): the first separator says which of '.' and '/' separates; the other one is then part of a name (eno2.100).
    private static string ToFile(string key)
    {
        int first = key.AsSpan().IndexOfAny('.', '/');
        return first < 0 || key[first] == '/'
            ? key
            : string.Create(key.Length, key, static (name, text) =>
            {
                for (int i = 0; i < text.Length; i++)
                {
                    name[i] = text[i] switch { '.' => '/', '/' => '.', char c => c };
                }
            });
    }

    private static string? RuleAgainst(string file, NamespacePlan namespaces)
    {
        if (file.Contains('\0', StringComparison.Ordinal))
        {
            return Refuse.ContainsNul;
        }

        if (!PathText.IsClean("/" + file))
        {
            return "is not the name of a sysctl";
        }

        if (IsIpc(file))
        {
            return namespaces.IsOwn(CloneFlags.CLONE_NEWIPC) ? null : "is not allowed in the host's ipc namespace";
        }

        if (file.StartsWith("net/", StringComparison.Ordinal))
        {
            return namespaces.IsOwn(CloneFlags.CLONE_NEWNET) ? null : "is not allowed in the host's network namespace";
        }

        if (file.StartsWith("user/", StringComparison.Ordinal))
        {
            return namespaces.IsOwn(CloneFlags.CLONE_NEWUSER) ? null : "is not allowed without a user namespace";
        }

        return file switch
        {
            "kernel/hostname" => "is not allowed: the field for it is \"hostname\"",
            "kernel/domainname" => namespaces.IsOwn(CloneFlags.CLONE_NEWUTS) ? null : "is not allowed in the host's uts namespace",
            _ => "is not in a separate kernel namespace",
        };
    }

    private static bool IsIpc(string file) =>
        file is "kernel/msgmax" or "kernel/msgmnb" or "kernel/msgmni" or "kernel/sem" or "kernel/shmall" or "kernel/shmmax"
            or "kernel/shmmni" or "kernel/shm_rmid_forced"
        || file.StartsWith("fs/mqueue/", StringComparison.Ordinal);
}
