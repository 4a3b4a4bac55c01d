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
                writes.Add(new SysctlWrite(KernelString.Of(file), made, NamespaceOf(file), origin));
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

        CloneFlags type = NamespaceOf(file);
        if (namespaces.IsOwn(type))
        {
            return null;
        }

        return type switch
        {
            CloneFlags.CLONE_NEWIPC => "is not allowed in the host's ipc namespace",
            CloneFlags.CLONE_NEWNET => "is not allowed in the host's network namespace",
            CloneFlags.CLONE_NEWUTS => "is not allowed in the host's uts namespace",
            CloneFlags.CLONE_NEWUSER => "is not allowed without a user namespace",
            _ => file == "kernel/hostname" ? "is not allowed: the field for it is \"hostname\"" : "is not in a separate kernel namespace",
        };
    }

    /// <summary>The one that keeps it apart from the host's; none: there is no such, or not one that config.json may use.</summary>
    private static CloneFlags NamespaceOf(string file) => file switch
    {
        "kernel/msgmax" or "kernel/msgmnb" or "kernel/msgmni" or "kernel/sem" or "kernel/shmall" or "kernel/shmmax" or "kernel/shmmni"
            or "kernel/shm_rmid_forced" => CloneFlags.CLONE_NEWIPC,
        "kernel/domainname" => CloneFlags.CLONE_NEWUTS,
        _ when file.StartsWith("fs/mqueue/", StringComparison.Ordinal) => CloneFlags.CLONE_NEWIPC,
        _ when file.StartsWith("net/", StringComparison.Ordinal) => CloneFlags.CLONE_NEWNET,
        _ when file.StartsWith("user/", StringComparison.Ordinal) => CloneFlags.CLONE_NEWUSER,
        _ => CloneFlags.None,
    };
}
