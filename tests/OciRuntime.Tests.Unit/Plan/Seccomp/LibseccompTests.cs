// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan.Seccomp;

/// <summary>The same profiles through the library that every peer compiles with, where it is installed.</summary>
public sealed class LibseccompTests
{
    private const SeccompArchitecture Native = SeccompArchitecture.SCMP_ARCH_X86_64;

    [LibseccompFact]
    public void EveryNumber_ThatTheLibraryKnows_IsTheSame()
    {
        List<string> differences = [];
        int compared = 0;
        foreach (SeccompArchitecture architecture in Enum.GetValues<SeccompArchitecture>().Where(Libseccomp.Knows))
        {
            Dictionary<string, uint> ours = ProfileModel.NumbersOf(architecture).ToDictionary(each => each.Name, each => each.Number);
            for (int i = 0; i < SyscallNames.Count; i++)
            {
                string name = SyscallNames.NameOf(i);
                int theirs = Libseccomp.Resolve(architecture, name);
                compared += theirs >= 0 ? 1 : 0;
                if (theirs >= 0 && (!ours.TryGetValue(name, out uint number) || number != (uint)theirs))
                {
                    differences.Add($"{architecture} {name}: {(ours.TryGetValue(name, out uint own) ? own : "none")}, libseccomp {theirs}");
                }
            }
        }

        // arch/parisc/kernel/syscalls/syscall.tbl has that one for 32 bits alone.
        differences.Remove("SCMP_ARCH_PARISC64 _llseek: none, libseccomp 140");
        Assert.Empty(differences);
        Assert.InRange(compared, 3000, 20_000);
    }

    [LibseccompFact]
    public void RandomProfiles_Compiled_HaveTheLibrarysVerdicts()
    {
        int compared = 0;
        for (int seed = 0; seed < 2000; seed++)
        {
            RandomProfile random = new(seed);
            compared += Compare(random, random.Next(mayMeet: false)) ? 1 : 0;
        }

        Assert.InRange(compared, 1000, 2000);
    }

    [LibseccompFact]
    public void KnownProfiles_Compiled_HaveTheLibrarysVerdicts()
    {
        foreach (string name in SeccompProfiles.Cases())
        {
            Compare(new RandomProfile(1), SeccompProfiles.Read(name));
        }
    }

    // But for what the library does not know or leaves open: calls newer than itself, what runc adds for calls newer than the profile, and which
    // of several rules for one call decides, where it makes a difference between conditions that no order of the rules explains.
    private static bool Compare(RandomProfile random, SeccompSpec profile)
    {
        profile = profile with { Architectures = [.. profile.Architectures.Where(name => IsLikeNative(Enum.Parse<SeccompArchitecture>(name)))] };
        if (Libseccomp.Compile(profile) is not { } theirs)
        {
            return false;
        }

        ImmutableArray<SockFilter> ours = SeccompPropertyTests.Compile(profile, Native).Program;
        foreach (Call call in random.Calls(profile, Native, 60))
        {
            uint own = ClassicInterpreter.Run(ours, call);
            bool isNewer = own == (SeccompReturn.SECCOMP_RET_ERRNO | 38);
            uint expected = ClassicInterpreter.Run(theirs, call, out bool readsNumber, out _);

            // The library's programs now and then look for the number of the call without having loaded it (2.5.4, with several architectures).
            Assert.True(own == expected || isNewer || !readsNumber || IsUnknown(call), $"{call}: 0x{own:x}, libseccomp 0x{expected:x}: {Text(profile)}");
        }

        return true;
    }

    private static bool IsLikeNative(SeccompArchitecture architecture) =>
        Libseccomp.Knows(architecture) && (SeccompArchitectures.AuditArchOf(architecture) & 0x4000_0000) != 0;

    private static bool IsUnknown(Call call)
    {
        foreach (SeccompArchitecture architecture in Enum.GetValues<SeccompArchitecture>())
        {
            if (SeccompArchitectures.AuditArchOf(architecture) == call.Architecture
                && ProfileModel.NumbersOf(architecture).FirstOrDefault(each => each.Number == call.Number).Name is { } name
                && !CallMultiplexer.SocketcallNames.Contains(name) && !CallMultiplexer.IpcNames.Contains(name)
                && Libseccomp.Resolve(architecture, name) < 0)
            {
                return true;
            }
        }

        return false;
    }

    private static string Text(SeccompSpec profile) => string.Join("; ", profile.Syscalls.Select(rule =>
        $"{string.Join(',', rule.Names)} {rule.Action} {rule.ErrnoRet} {string.Join(" && ", rule.Args.Select(each => $"{each.Index} {each.Op} {each.Value} {each.ValueTwo}"))}"))
        + $"; else {profile.DefaultAction} {profile.DefaultErrnoRet}; {string.Join(',', profile.Architectures)}";
}
