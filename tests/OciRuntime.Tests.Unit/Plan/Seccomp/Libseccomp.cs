// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Immutable;
using System.IO;
using System.Runtime.InteropServices;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan.Seccomp;

/// <summary>Skipped, with the reason, where there is no libseccomp 2.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LibseccompFactAttribute : FactAttribute
{
    public LibseccompFactAttribute()
    {
        if (!Libseccomp.IsInstalled)
        {
            Skip = "libseccomp.so.2 is not installed: apt-get install libseccomp2";
        }
    }
}

/// <summary>Debian's library, called as runc calls it. seccomp_init(3), seccomp_rule_add(3).</summary>
internal static unsafe partial class Libseccomp
{
    private const string Library = "libseccomp.so.2";
    private const int Unresolved = -1;

    internal static bool IsInstalled => NativeLibrary.TryLoad(Library, out _);

    /// <summary><c>SCMP_ARCH_*</c>: the audit architecture, but for x32.</summary>
    internal static uint TokenOf(SeccompArchitecture architecture) => architecture == SeccompArchitecture.SCMP_ARCH_X32
        ? SeccompArchitectures.AuditArchOf(architecture) & ~0x8000_0000
        : SeccompArchitectures.AuditArchOf(architecture);

    internal static bool Knows(SeccompArchitecture architecture) => Resolve(architecture, "openat") >= 0;

    /// <returns>Negative where the library has no such call there.</returns>
    internal static int Resolve(SeccompArchitecture architecture, string name) => ResolveOn(TokenOf(architecture), name);

    /// <summary>Null if the library does not take the profile.</summary>
    internal static ImmutableArray<SockFilter>? Compile(SeccompSpec profile)
    {
        uint defaultVerdict = ProfileModel.Verdict(profile.DefaultAction!, profile.DefaultErrnoRet);
        nint context = Initialize(defaultVerdict);
        Assert.NotEqual(0, context);
        try
        {
            foreach (string name in profile.Architectures)
            {
                int added = AddArchitecture(context, TokenOf(Enum.Parse<SeccompArchitecture>(name)));
                if (added != 0 && added != -17 /* EEXIST */)
                {
                    return null;
                }
            }

            foreach (SeccompSyscallSpec rule in profile.Syscalls)
            {
                if (!Add(context, rule, defaultVerdict))
                {
                    return null;
                }
            }

            return Export(context);
        }
        finally
        {
            Release(context);
        }
    }

    private static bool Add(nint context, SeccompSyscallSpec rule, uint defaultVerdict)
    {
        uint verdict = ProfileModel.Verdict(rule.Action!, rule.ErrnoRet);
        Comparison[] comparisons = [.. ImmutableArray.CreateRange(rule.Args, Comparison.Of)];
        bool isSplit = false;
        for (int i = 0; i < comparisons.Length; i++)
        {
            isSplit |= Array.FindIndex(comparisons, each => each.Argument == comparisons[i].Argument) != i;
        }

        foreach (string name in rule.Names)
        {
            int number = ResolveHere(name);
            if (number == Unresolved || verdict == defaultVerdict)
            {
                continue;
            }

            int step = isSplit ? 1 : Math.Max(1, comparisons.Length);
            for (int i = 0; i < Math.Max(1, comparisons.Length); i += step)
            {
                fixed (Comparison* first = comparisons)
                {
                    if (AddRule(context, verdict, number, (uint)Math.Min(step, comparisons.Length), first + i) != 0)
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    private static ImmutableArray<SockFilter> Export(nint context)
    {
        string file = Path.GetTempFileName();
        try
        {
            using (FileStream stream = new(file, FileMode.Create, FileAccess.Write))
            {
                Assert.Equal(0, Export(context, (int)stream.SafeFileHandle.DangerousGetHandle()));
            }

            return [.. MemoryMarshal.Cast<byte, SockFilter>(File.ReadAllBytes(file))];
        }
        finally
        {
            File.Delete(file);
        }
    }

    [LibraryImport(Library, EntryPoint = "seccomp_init")]
    private static partial nint Initialize(uint defaultAction);

    [LibraryImport(Library, EntryPoint = "seccomp_release")]
    private static partial void Release(nint context);

    [LibraryImport(Library, EntryPoint = "seccomp_arch_add")]
    private static partial int AddArchitecture(nint context, uint token);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ResolveHere(string name);

    [LibraryImport(Library, EntryPoint = "seccomp_syscall_resolve_name_arch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ResolveOn(uint token, string name);

    [LibraryImport(Library, EntryPoint = "seccomp_rule_add_array")]
    private static partial int AddRule(nint context, uint action, int number, uint count, Comparison* comparisons);

    [LibraryImport(Library, EntryPoint = "seccomp_export_bpf")]
    private static partial int Export(nint context, int descriptor);

    // struct scmp_arg_cmp.
    [StructLayout(LayoutKind.Sequential)]
    private struct Comparison
    {
        public uint Argument;
        public int Operator;
        public ulong First;
        public ulong Second;

        public static Comparison Of(SeccompArgSpec condition) => new()
        {
            Argument = condition.Index!.Value,
            Operator = 1 + Array.IndexOf(["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"], condition.Op),
            First = condition.Value!.Value,
            Second = condition.ValueTwo ?? 0,
        };
    }
}
