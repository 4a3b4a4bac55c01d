// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Abi.Seccomp;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan.Seccomp;

/// <summary>Compiled programs give the verdicts that profiles ask for.</summary>
public sealed class SeccompPropertyTests
{
    private static readonly Config s_thousands = Config.QuickThrowOnFailure.WithMaxTest(4000);

    [Fact]
    public void AnyProfile_Compiled_GivesTheVerdictsOfANaiveReading()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            RandomProfile random = new(seed);
            SeccompArchitecture native = (seed & 3) == 0 ? SeccompArchitecture.SCMP_ARCH_S390X : SeccompArchitecture.SCMP_ARCH_X86_64;
            SeccompSpec profile = random.Next(mayMeet: true);
            ImmutableArray<SockFilter> program = Compile(profile, native).Program;
            ClassicInterpreter.Check(program);
            ProfileModel model = new(profile, native);
            foreach (Call call in random.Calls(profile, native, 40))
            {
                AssertSame(model, program, call);
            }
        }).Check(s_thousands);
    }

    [Fact]
    public void AnyProfile_Compiled_ReadsNoArgumentOfACallThatIsAlwaysAllowed()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            RandomProfile random = new(seed);
            SeccompSpec profile = random.Next(mayMeet: true);
            ImmutableArray<SockFilter> program = Compile(profile, SeccompArchitecture.SCMP_ARCH_X86_64).Program;
            foreach ((string name, uint number) in ProfileModel.NumbersOf(SeccompArchitecture.SCMP_ARCH_X86_64))
            {
                bool hasConditions = false;
                foreach (SeccompSyscallSpec rule in profile.Syscalls)
                {
                    hasConditions |= rule.Names.Contains(name) && !rule.Args.IsEmpty;
                }

                Call call = new(SeccompArchitectures.AuditArchOf(SeccompArchitecture.SCMP_ARCH_X86_64), number, new ulong[6]);
                ClassicInterpreter.Run(program, call, out _, out bool readsArguments);
                Assert.True(hasConditions || !readsArguments, $"{name} has no conditions");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Theory]
    [MemberData(nameof(SeccompProfiles.Cases), MemberType = typeof(SeccompProfiles))]
    public void KnownProfile_ForEveryNumber_GivesTheVerdictsOfANaiveReading(string name)
    {
        SeccompSpec profile = SeccompProfiles.Read(name);
        ImmutableArray<SockFilter> program = Compile(profile, SeccompArchitecture.SCMP_ARCH_X86_64).Program;
        ClassicInterpreter.Check(program);
        ProfileModel model = new(profile, SeccompArchitecture.SCMP_ARCH_X86_64);
        ulong[][] arguments = [new ulong[6], [40, 1, 9, 0, 0, 0], [0x7E02_0000, 40, 16, 1, 1, 1], [16, 3, 9, 2, 2, 2], [.. ImmutableArray.CreateRange(RandomProfile.Values[..6].ToArray())]];
        foreach (SeccompArchitecture architecture in Enum.GetValues<SeccompArchitecture>())
        {
            uint bit = architecture == SeccompArchitecture.SCMP_ARCH_X32 ? SeccompArchitectures.X32Bit : 0;
            for (uint number = 0; number < 600; number++)
            {
                Call call = new(SeccompArchitectures.AuditArchOf(architecture), number | bit, arguments[number % arguments.Length]);
                AssertSame(model, program, call);
            }
        }
    }

    [Fact]
    public void ManyConditions_BeyondWhatTheKernelTakes_AreRefused()
    {
        SeccompArgSpec[] conditions = new SeccompArgSpec[2200];
        for (int i = 0; i < conditions.Length; i++)
        {
            conditions[i] = new SeccompArgSpec { Index = 0, Op = "SCMP_CMP_EQ", Value = (ulong)i };
        }

        SeccompSpec profile = new()
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Syscalls = [new SeccompSyscallSpec { Names = ["read"], Action = "SCMP_ACT_ERRNO", Args = [.. conditions] }],
        };
        List<SpecError> errors = [];
        SeccompCompiler.Compile(profile, SeccompArchitecture.SCMP_ARCH_X86_64, errors);
        Assert.Equal("/linux/seccomp/syscalls", Assert.Single(errors).Path.Text);
    }

    internal static SeccompPlan Compile(SeccompSpec profile, SeccompArchitecture native)
    {
        List<SpecError> errors = [];
        SeccompPlan? plan = SeccompCompiler.Compile(profile, native, errors);
        Assert.Empty(errors);
        return plan!;
    }

    private static void AssertSame(ProfileModel model, ImmutableArray<SockFilter> program, Call call)
    {
        uint expected = model.Evaluate(call);
        uint actual = ClassicInterpreter.Run(program, call);
        Assert.True(expected == actual, $"{call}: 0x{actual:x}, expected 0x{expected:x}");
    }
}
