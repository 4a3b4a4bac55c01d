// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Abi;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Processes;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>What holds for every document, sensible or not.</summary>
public sealed class PlanPropertyTests
{
    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(2000);

    [Fact]
    public void AnySpec_Compiled_GivesEitherPlanOrErrorsAndAlwaysTheSame()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            RuntimeSpec spec = new RandomSpec(seed).Next();
            HostFacts facts = FixtureFacts.Plain with
            {
                IsRoot = (seed & 1) == 0,
                CgroupDriver = (CgroupDriver)((seed >>> 2) % 3),
                Cgroups = (seed & 2) == 0 ? CgroupLayout.V1 : CgroupLayout.V2,
            };
            string first = Compile(spec, facts);
            Assert.Equal(first, Compile(spec, facts));
            Assert.DoesNotContain('\0', first);
        }).Check(s_many);
    }

    [Fact]
    public void ErrorsOfBefore_InTheList_DoNotSpoilAPlan()
    {
        List<SpecError> errors = [new SpecError(JsonPath.Root, "of another")];
        RuntimeSpec spec = new()
        {
            OciVersion = "1.0.0",
            Root = new RootSpec { Path = "r" },
            Linux = new LinuxSpec { Namespaces = [new NamespaceSpec { Type = "mount" }] },
        };
        Assert.NotNull(PlanCompiler.Compile(spec, FixtureFacts.Plain, errors));
        Assert.Single(errors);
    }

    [Fact]
    public void AnyMountOptions_WithALaterWord_FollowTheLaterWord()
    {
        string[] words = ["ro", "rw", "nosuid", "suid", "rro", "rrw", "noatime", "strictatime", "relatime", "sync", "async", "rprivate", "slave"];
        Gen<string[]> options = Gen.Choose(0, 8).SelectMany(count => Gen.Elements(words).ArrayOf(count));
        Prop.ForAll(options.ToArbitrary(), before =>
        {
            MountStep step = Mount([.. before, "ro", "suid", "noatime"]);
            Assert.True((step.Attributes.Set & MountAttr.MOUNT_ATTR_RDONLY) != 0);
            Assert.True((step.Attributes.Clear & MountAttr.MOUNT_ATTR_NOSUID) != 0);
            Assert.Equal(MountAttr.MOUNT_ATTR_NOATIME, step.Attributes.Set & MountAttr.MOUNT_ATTR__ATIME);
            MountStep other = Mount([.. before, "ro", "rrw"]);
            Assert.True((other.Attributes.Set & MountAttr.MOUNT_ATTR_RDONLY) == 0);
            Assert.True((other.RecursiveAttributes.Clear & MountAttr.MOUNT_ATTR_RDONLY) != 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static MountStep Mount(string[] options)
    {
        List<SpecError> errors = [];
        MountSpec mount = new() { Destination = "/a", Source = "/b", Type = "bind", Options = [.. options] };
        MountStep step = Assert.Single(MountCompiler.Compile([mount], new RootPlan(KernelString.Of("/bundle/rootfs"), false, MountPropagation.MS_SLAVE), new NamespacePlan { New = CloneFlags.CLONE_NEWNS }, null, FixtureFacts.Plain, errors));
        Assert.Empty(errors);
        return step;
    }

    private static string Compile(RuntimeSpec spec, HostFacts facts)
    {
        List<SpecError> errors = [];
        if (PlanCompiler.Compile(spec, facts, errors) is { } plan)
        {
            Assert.Empty(errors);
            return PlanText.Of(plan);
        }

        Assert.NotEmpty(errors);
        return string.Join('\n', errors);
    }
}
