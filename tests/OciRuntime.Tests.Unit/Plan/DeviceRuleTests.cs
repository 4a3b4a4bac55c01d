// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Abi.Bpf;
using OciRuntime.Plan;
using OciRuntime.Plan.Compile;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>An ordered list of device rules means the same to cgroup v1, to cgroup v2 and to a reader of config.json.</summary>
public sealed class DeviceRuleTests
{
    private const uint Unnamed = 77;

    private static readonly long?[] s_majors = [null, -1, 1, 5, 10, 136, 4294967294];
    private static readonly long?[] s_minors = [null, -1, 0, 3, 7, 200];
    private static readonly string?[] s_types = [null, "", "a", "b", "c", "c", "c"];
    private static readonly string?[] s_accesses = [null, "r", "w", "m", "rw", "rm", "wm", "rwm", "rwm"];

    // What every container gets, written down a second time: runc, libcontainer/specconv, AllowedDevices.
    private static readonly DeviceRuleSpec[] s_always =
    [
        Rule("a", null, null, "m"),
        Rule("c", 1, 3, "rwm"), Rule("c", 1, 5, "rwm"), Rule("c", 1, 7, "rwm"), Rule("c", 1, 8, "rwm"), Rule("c", 1, 9, "rwm"),
        Rule("c", 5, 0, "rwm"), Rule("c", 5, 2, "rwm"), Rule("c", 136, null, "rwm"), Rule("c", 10, 200, "rwm"),
    ];

    private static readonly Config s_many = Config.QuickThrowOnFailure.WithMaxTest(1000);

    private static Gen<DeviceRuleSpec> RuleGen =>
        from allow in Gen.Elements(true, false)
        from type in Gen.Elements(s_types)
        from major in Gen.Elements(s_majors)
        from minor in Gen.Elements(s_minors)
        from access in Gen.Elements(s_accesses)
        select new DeviceRuleSpec { Allow = allow, Type = type, Major = major, Minor = minor, Access = access };

    private static Arbitrary<DeviceRuleSpec[]> Rules =>
        Arb.From(Gen.Choose(0, 9).SelectMany(count => RuleGen.ArrayOf(count)), Shrink);

    [Fact]
    public void ProgramV2_OfAnyRules_AgreesWithTheirOrder()
    {
        Prop.ForAll(Rules, rules =>
        {
            ImmutableArray<BpfInstruction> program = Compile(rules, CgroupLayout.V2, out List<SpecError> errors)!.DeviceProgram;
            Assert.Empty(errors);
            BpfInterpreter.Verify(program);
            ForEachAccess((type, major, minor, access) => Assert.True(
                Naive(rules, type, major, minor, access) == BpfInterpreter.Allows(program, type, major, minor, access),
                $"{type} {major}:{minor} {access}"));
        }).Check(s_many);
    }

    [Fact]
    public void WritesV1_OfAnyRules_AgreeWithTheirOrderOrCannotExist()
    {
        Prop.ForAll(Rules, rules =>
        {
            CgroupPlan? plan = Compile(rules, CgroupLayout.V1, out List<SpecError> errors);
            Assert.Equal(CanBeV1(rules), plan is not null);
            if (plan is null)
            {
                SpecError error = Assert.Single(errors);
                Assert.StartsWith("/linux/resources/devices", error.Path.Text, StringComparison.Ordinal);
                return;
            }

            DevicesV1Model model = new();
            foreach (CgroupWrite write in plan.Writes)
            {
                model.Write(write);
            }

            ForEachAccess((type, major, minor, access) => Assert.True(
                Naive(rules, type, major, minor, access) == model.Allows(type, major, minor, access),
                $"{type} {major}:{minor} {access}"));
        }).Check(s_many);
    }

    [Fact]
    public void WritesV1_OfAnyRules_AreAllNeeded()
    {
        Prop.ForAll(Rules, rules =>
        {
            if (Compile(rules, CgroupLayout.V1, out _) is not { } plan)
            {
                return;
            }

            for (int left = 1; left < plan.Writes.Length; left++)
            {
                DevicesV1Model model = new();
                for (int i = 0; i < plan.Writes.Length; i++)
                {
                    if (i != left)
                    {
                        model.Write(plan.Writes[i]);
                    }
                }

                bool same = true;
                ForEachAccess((type, major, minor, access) =>
                    same &= Naive(rules, type, major, minor, access) == model.Allows(type, major, minor, access));
                Assert.False(same, $"not needed: {plan.Writes[left].Value}");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    // systemd's program is not the only one: it may allow more, never less.
    [Fact]
    public void UnitPropertiesV2_OfAnyRules_AllowAllThatTheirOrderAllows()
    {
        Prop.ForAll(Rules, rules =>
        {
            SystemdPlan unit = Compile(rules, CgroupLayout.V2, out _, CgroupDriver.Systemd)!.Systemd!;
            ForEachDevice((type, major, minor) => Assert.True(
                (Naive(rules, type, major, minor) & ~AllowedBy(unit, type, major, minor)) == DeviceAccess.None, $"{type} {major}:{minor}"));
        }).Check(s_many);
    }

    [Fact]
    public void UnitPropertiesV1_OfAnyRules_AgreeWithTheirOrderOrCannotExist()
    {
        int made = 0;
        Prop.ForAll(Rules, rules =>
        {
            if (Compile(rules, CgroupLayout.V1, out List<SpecError> errors, CgroupDriver.Systemd) is not { } plan)
            {
                Assert.All(errors, error => Assert.StartsWith("/linux/resources/devices", error.Path.Text, StringComparison.Ordinal));
                return;
            }

            made++;
            ForEachDevice((type, major, minor) => Assert.Equal(Naive(rules, type, major, minor), AllowedBy(plan.Systemd!, type, major, minor)));
        }).Check(s_many);
        Assert.True(made > 100, $"only {made} lists can be said to systemd");
    }

    [Fact]
    public void Rules_TooMany_AreRefused()
    {
        DeviceRuleSpec[] rules = new DeviceRuleSpec[5000];
        for (int i = 0; i < rules.Length; i++)
        {
            rules[i] = Rule("c", 300, i, "r");
        }

        Assert.Null(Compile(rules, CgroupLayout.V2, out List<SpecError> errors));
        Assert.Equal("/linux/resources/devices: \"5000\" rules are too many", Assert.Single(errors).ToString());
    }

    [Theory]
    [InlineData(CgroupLayout.V1)]
    [InlineData(CgroupLayout.V2)]
    public void Rules_Thousands_Compile(CgroupLayout layout)
    {
        DeviceRuleSpec[] rules = new DeviceRuleSpec[4000];
        for (int i = 0; i < rules.Length; i++)
        {
            rules[i] = Rule("c", 300 + (i % 50), i, "r");
        }

        CgroupPlan? plan = Compile(rules, layout, out _);
        Assert.NotNull(plan);
        BpfInterpreter.Verify(plan.DeviceProgram);
    }

    private static DeviceRuleSpec Rule(string type, long? major, long? minor, string access) =>
        new() { Allow = true, Type = type, Major = major, Minor = minor, Access = access };

    private static CgroupPlan? Compile(DeviceRuleSpec[] rules, CgroupLayout layout, out List<SpecError> errors, CgroupDriver driver = CgroupDriver.Cgroupfs)
    {
        RuntimeSpec spec = new()
        {
            OciVersion = "1.3.0",
            Root = new RootSpec { Path = "rootfs" },
            Linux = new LinuxSpec
            {
                Namespaces = [new NamespaceSpec { Type = "mount" }],
                Resources = new ResourcesSpec { Devices = [.. rules] },
            },
        };
        errors = [];
        return PlanCompiler.Compile(spec, FixtureFacts.Plain with { IsRoot = true, Cgroups = layout, CgroupDriver = driver }, errors)?.Cgroup;
    }

    // systemd.resource-control(5): DevicePolicy=auto without DeviceAllow allows all; strict allows what is listed.
    private static DeviceAccess AllowedBy(SystemdPlan unit, DeviceType type, uint major, uint minor)
    {
        string kind = type == DeviceType.BPF_DEVCG_DEV_CHAR ? "char" : "block";
        string policy = Assert.Single(unit.Properties, p => p.Name == "DevicePolicy").Value is BusValue.Text text ? text.Value.ToString() : "";
        BusValue.List list = Assert.IsType<BusValue.List>(Assert.Single(unit.Properties, p => p.Name == "DeviceAllow").Value);
        if (policy == "auto")
        {
            Assert.Empty(list.Items);
            return DeviceAccess.All;
        }

        Assert.Equal("strict", policy);
        DeviceAccess allowed = DeviceAccess.None;
        foreach (BusValue item in list.Items)
        {
            ImmutableArray<BusValue> entry = Assert.IsType<BusValue.Structure>(item).Members;
            string name = ((BusValue.Text)entry[0]).Value.ToString();
            if (name == $"{kind}-*" || name == $"{kind}-{major}" || name == $"/dev/{kind}/{major}:{minor}")
            {
                allowed |= AccessOf(((BusValue.Text)entry[1]).Value.ToString());
            }
        }

        return allowed;
    }

    // Bit by bit, the last rule that is about the device and the bit; none: denied.
    private static DeviceAccess Naive(DeviceRuleSpec[] rules, DeviceType type, uint major, uint minor)
    {
        DeviceAccess allowed = DeviceAccess.None;
        foreach (DeviceRuleSpec rule in (DeviceRuleSpec[])[.. rules, .. s_always])
        {
            bool covers = (rule.Type is null or "" or "a" || rule.Type == (type == DeviceType.BPF_DEVCG_DEV_CHAR ? "c" : "b"))
                && (rule.Major is null or < 0 || rule.Major == major)
                && (rule.Minor is null or < 0 || rule.Minor == minor);
            if (covers)
            {
                DeviceAccess access = AccessOf(rule.Access);
                allowed = rule.Allow == true ? allowed | access : allowed & ~access;
            }
        }

        return allowed;
    }

    private static bool Naive(DeviceRuleSpec[] rules, DeviceType type, uint major, uint minor, DeviceAccess access) =>
        (access & ~Naive(rules, type, major, minor)) == DeviceAccess.None;

    private static DeviceAccess AccessOf(string? text)
    {
        DeviceAccess access = DeviceAccess.None;
        access |= text is null || text.Contains('r', StringComparison.Ordinal) ? DeviceAccess.BPF_DEVCG_ACC_READ : 0;
        access |= text is null || text.Contains('w', StringComparison.Ordinal) ? DeviceAccess.BPF_DEVCG_ACC_WRITE : 0;
        access |= text is null || text.Contains('m', StringComparison.Ordinal) ? DeviceAccess.BPF_DEVCG_ACC_MKNOD : 0;
        return access;
    }

    // Version 1 has one default, and exceptions that are patterns. So either whatever is allowed to devices that no rule
    // names is allowed to the named ones too (exceptions allow), or the same of what is denied.
    private static bool CanBeV1(DeviceRuleSpec[] rules)
    {
        bool canAllow = true;
        bool canDeny = true;
        ForEachDevice((type, major, minor) =>
        {
            DeviceAccess here = Naive(rules, type, major, minor);
            foreach ((uint otherMajor, uint otherMinor) in ((uint, uint)[])[(Unnamed, minor), (major, Unnamed), (Unnamed, Unnamed)])
            {
                DeviceAccess wider = Naive(rules, type, otherMajor, otherMinor);
                canAllow &= (wider & ~here) == 0;
                canDeny &= (here & ~wider) == 0;
            }
        });
        return canAllow || canDeny;
    }

    private static void ForEachDevice(Action<DeviceType, uint, uint> visit)
    {
        ReadOnlySpan<uint> majors = [1, 5, 10, 136, 4294967294, Unnamed];
        ReadOnlySpan<uint> minors = [0, 2, 3, 5, 7, 8, 9, 200, Unnamed];
        foreach (uint major in majors)
        {
            foreach (uint minor in minors)
            {
                visit(DeviceType.BPF_DEVCG_DEV_BLOCK, major, minor);
                visit(DeviceType.BPF_DEVCG_DEV_CHAR, major, minor);
            }
        }
    }

    private static void ForEachAccess(Action<DeviceType, uint, uint, DeviceAccess> visit) => ForEachDevice((type, major, minor) =>
    {
        for (int access = 1; access <= (int)DeviceAccess.All; access++)
        {
            visit(type, major, minor, (DeviceAccess)access);
        }
    });

    private static IEnumerable<DeviceRuleSpec[]> Shrink(DeviceRuleSpec[] rules)
    {
        for (int left = 0; left < rules.Length; left++)
        {
            List<DeviceRuleSpec> fewer = [.. rules];
            fewer.RemoveAt(left);
            yield return [.. fewer];
        }
    }
}
