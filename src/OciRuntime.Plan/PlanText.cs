// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OciRuntime.Abi;
using OciRuntime.Abi.Bpf;
using OciRuntime.Abi.Mounting;
using OciRuntime.Abi.Processes;

namespace OciRuntime.Plan;

/// <summary>
/// A plan for people, and for golden files: one line for each fact, in the order in which it is carried out as far as there is one,
/// with the kernel's names. Strings are quoted as in JSON; what is not there has no line.
/// </summary>
public static partial class PlanText
{
    public static string Of(ContainerPlan plan)
    {
        StringBuilder text = new(4096);
        Line(text, "root", Quote(plan.Root.Path));
        Line(text, "root", plan.Root.Readonly ? "read-only" : "read-write");
        Line(text, "root", PropagationName(plan.Root.Propagation) + " recursive");
        AddNamespaces(text, plan);
        AddCgroup(text, plan.Cgroup);
        AddResctrl(text, plan.IntelRdt);
        foreach (NetDevicePlan device in plan.NetDevices)
        {
            Line(text, "network", $"device {Quote(device.Name)} to {(device.IsTemplate ? "template " : "")}{Quote(device.NewName)}");
        }

        AddHooks(text, plan.Hooks);
        foreach (MountStep step in plan.Mounts)
        {
            AddMount(text, step);
        }

        foreach (DevicePlan device in plan.Devices)
        {
            Line(text, "device", DeviceText(device));
        }

        if (plan.MountLabel is { } label)
        {
            Line(text, "mount", "label " + Quote(label));
        }

        AddList(text, "masked", plan.MaskedPaths);
        AddList(text, "readonly", plan.ReadonlyPaths);
        foreach (SysctlWrite sysctl in plan.Sysctls)
        {
            Line(text, "sysctl", $"{Quote(sysctl.File)} {Quote(sysctl.Value)}");
        }

        AddProcess(text, plan.Process);
        AddSeccomp(text, plan.Seccomp);
        foreach ((string key, string value) in plan.Annotations)
        {
            Line(text, "annotation", $"{Quote(key)} {Quote(value)}");
        }

        foreach (string warning in plan.Warnings)
        {
            Line(text, "warning", Quote(warning));
        }

        return text.ToString();
    }

    private static void AddNamespaces(StringBuilder text, ContainerPlan plan)
    {
        Line(text, "namespaces", "new " + FlagNames((ulong)plan.Namespaces.New, NamespaceNames));
        foreach (NamespaceJoin join in plan.Namespaces.Joined)
        {
            Line(text, "namespaces", $"join {FlagNames((ulong)join.Type, NamespaceNames)} {Quote(join.Path)}");
        }

        AddMap(text, "uid_map", plan.Namespaces.UidMap);
        AddMap(text, "gid_map", plan.Namespaces.GidMap);
        foreach (TimeOffset offset in plan.Namespaces.TimeOffsets)
        {
            Line(text, "timens_offsets", $"{offset.Clock} {offset.Seconds} {offset.Nanoseconds}");
        }

        if (plan.Hostname is { } hostname)
        {
            Line(text, "hostname", Quote(hostname));
        }

        if (plan.Domainname is { } domainname)
        {
            Line(text, "domainname", Quote(domainname));
        }
    }

    private static void AddMap(StringBuilder text, string name, ImmutableArray<IdMapping> lines)
    {
        foreach (IdMapping line in lines)
        {
            Line(text, name, $"{line.ContainerId} {line.HostId} {line.Size}");
        }
    }

    /// <summary>What an update would write.</summary>
    public static string Of(ImmutableArray<CgroupWrite> writes)
    {
        StringBuilder text = new();
        foreach (CgroupWrite write in writes)
        {
            AddWrite(text, write);
        }

        return text.ToString();
    }

    private static void AddCgroup(StringBuilder text, CgroupPlan cgroup)
    {
        if (cgroup.Path is { } path)
        {
            Line(text, "cgroup", "path " + Quote(path));
        }

        AddSystemd(text, cgroup.Systemd);
        if (cgroup.Owner is { } owner)
        {
            Line(text, "cgroup", $"owner {owner}");
        }

        foreach (CgroupWrite write in cgroup.Writes)
        {
            AddWrite(text, write);
        }

        int number = 0;
        foreach (BpfInstruction instruction in cgroup.DeviceProgram)
        {
            Line(text, "cgroup", $"bpf {number.ToString("D2", CultureInfo.InvariantCulture)} {InstructionText(instruction, number)}");
            number++;
        }
    }

    private static void AddSystemd(StringBuilder text, SystemdPlan? systemd)
    {
        if (systemd is null)
        {
            return;
        }

        string manager = systemd.IsUser ? "user" : "system";
        Line(text, "cgroup", $"systemd {manager} {(systemd.Unit is { } unit ? Quote(unit) : "unit by the id")} in {Quote(systemd.SlicePath)}");
        foreach (UnitProperty property in systemd.Properties)
        {
            string optional = property.IsOptional ? " optional" : "";
            string origin = property.Origin.Length == 0 ? "" : " from " + property.Origin;
            Line(text, "cgroup", $"property {property.Name} {BusText(property.Value)}{optional}{origin}");
        }
    }

    private static void AddWrite(StringBuilder text, CgroupWrite write)
    {
        string other = write.Otherwise is { } otherwise ? $" or {otherwise.File} {Quote(otherwise.Value)}" : "";
        string optional = write.IsOptional ? " optional" : "";
        string related = write.CanWait ? " related" : "";
        Line(text, "cgroup", $"write {write.File} {Quote(write.Value)}{other} {write.Controller}{optional}{related} from {write.Origin}");
    }

    private static void AddResctrl(StringBuilder text, IntelRdtPlan? plan)
    {
        if (plan is null)
        {
            return;
        }

        Line(text, "resctrl", plan.Group is { } group ? $"group {Quote(group)}" : "group of the container's id");
        AddSchema(text, "schema", plan.L3CacheSchema);
        AddSchema(text, "schema", plan.MemBwSchema);
        AddList(text, "resctrl", plan.Schemata, "schema ");
        if (plan.EnableMonitoring)
        {
            Line(text, "resctrl", "monitoring group");
        }
    }

    private static void AddSchema(StringBuilder text, string name, KernelString? schema)
    {
        if (schema is { } line)
        {
            Line(text, "resctrl", $"{name} {Quote(line)}");
        }
    }

    private static void AddHooks(StringBuilder text, HooksPlan hooks)
    {
        AddHooks(text, "prestart", hooks.Prestart);
        AddHooks(text, "createRuntime", hooks.CreateRuntime);
        AddHooks(text, "createContainer", hooks.CreateContainer);
        AddHooks(text, "startContainer", hooks.StartContainer);
        AddHooks(text, "poststart", hooks.Poststart);
        AddHooks(text, "poststop", hooks.Poststop);
    }

    private static void AddHooks(StringBuilder text, string kind, ImmutableArray<HookPlan> hooks)
    {
        foreach (HookPlan hook in hooks)
        {
            Line(text, "hook", $"{kind} {Quote(hook.Path)}");
            AddList(text, "hook", hook.Args, kind + " arg ");
            if (hook.Env is { } env)
            {
                Line(text, "hook", $"{kind} env {env.Length}");
                AddList(text, "hook", env, kind + " env ");
            }

            if (hook.TimeoutSeconds != 0)
            {
                Line(text, "hook", $"{kind} timeout {hook.TimeoutSeconds}s");
            }
        }
    }

    private static void AddMount(StringBuilder text, MountStep step)
    {
        Line(text, "mount", $"{step.Origin} {StepText(step)} {Quote(step.Target)}");
        AddChange(text, step.Origin + " attributes", step.Attributes);
        AddChange(text, step.Origin + " recursive attributes", step.RecursiveAttributes);
        AddBind(text, step as MountStep.Bind);
        AddParameters(text, step);
        if (step.RecursivePropagation != MountPropagation.Unchanged)
        {
            Line(text, "mount", $"{step.Origin} recursive {PropagationName(step.RecursivePropagation)}");
        }

        if (step.Propagation != MountPropagation.Unchanged)
        {
            Line(text, "mount", $"{step.Origin} {PropagationName(step.Propagation)}");
        }
    }

    private static void AddBind(StringBuilder text, MountStep.Bind? bind)
    {
        if (bind is null)
        {
            return;
        }

        if (bind.ImpliedClear != MountAttr.None)
        {
            Line(text, "mount", $"{bind.Origin} attributes clear unless locked {FlagNames((ulong)bind.ImpliedClear, AttributeNames)}");
        }

        if (bind.IdMap is { } map)
        {
            string whose = map.UidMap.IsEmpty ? " as the container" : "";
            Line(text, "mount", $"{bind.Origin} id-mapped{(map.Recursive ? " recursively" : "")}{whose}");
            AddMap(text, $"mount {bind.Origin} uid", map.UidMap);
            AddMap(text, $"mount {bind.Origin} gid", map.GidMap);
        }
    }

    private static string StepText(MountStep step) => step switch
    {
        MountStep.Bind bind => $"{(bind.Recursive ? "rbind" : "bind")} {Quote(bind.Source)} on",
        MountStep.NewFilesystem made => $"new {made.Type} {Quote(made.Source)} {(made.CopyUp ? "copying up " : "")}on",
        MountStep.ControlGroups => "control groups on",
        _ => "remount",
    };

    private static void AddParameters(StringBuilder text, MountStep step)
    {
        ImmutableArray<FsParameter> parameters = step switch
        {
            MountStep.NewFilesystem made => made.Options,
            MountStep.Remount remount => remount.Options,
            _ => [],
        };
        foreach (FsParameter parameter in parameters)
        {
            string value = parameter.Value is { } some ? " " + Quote(some) : "";
            Line(text, "mount", $"{step.Origin} fsconfig {Quote(parameter.Key)}{value}");
        }
    }

    private static void AddChange(StringBuilder text, string what, AttributeChange change)
    {
        if (change.Clear != MountAttr.None)
        {
            Line(text, "mount", $"{what} clear {FlagNames((ulong)change.Clear, AttributeNames)}");
        }

        if (change.Set != MountAttr.None)
        {
            Line(text, "mount", $"{what} set {FlagNames((ulong)change.Set, AttributeNames)}");
        }
    }

    private static string DeviceText(DevicePlan device)
    {
        char type = (device.Mode & FileType.S_IFMT) switch { FileType.S_IFCHR => 'c', FileType.S_IFBLK => 'b', _ => 'p' };
        string permissions = Octal(device.Mode & ~FileType.S_IFMT);
        return $"{Quote(device.Path)} {type} {device.Major}:{device.Minor} {permissions} {device.Uid}:{device.Gid}";
    }

    private static void AddProcess(StringBuilder text, ProcessPlan? process)
    {
        if (process is null)
        {
            return;
        }

        AddList(text, "process", process.Args, "arg ");
        AddList(text, "process", process.Env, "env ");
        Line(text, "process", "cwd " + Quote(process.Cwd));
        if (process.Terminal)
        {
            Line(text, "process", $"terminal {process.ConsoleHeight} rows {process.ConsoleWidth} columns");
        }

        Line(text, "process", $"uid {process.Uid} gid {process.Gid}");
        if (!process.AdditionalGids.IsEmpty)
        {
            Line(text, "process", "groups " + string.Join(' ', process.AdditionalGids));
        }

        Line(text, "process", "umask " + Octal(process.Umask));
        AddCapabilities(text, process.Capabilities);
        foreach (RlimitPlan limit in process.Rlimits)
        {
            Line(text, "process", $"rlimit {Rlimit.Names[limit.Resource]} {limit.Soft} {limit.Hard}");
        }

        if (process.NoNewPrivileges)
        {
            Line(text, "process", "no_new_privs");
        }

        if (process.OomScoreAdj is { } score)
        {
            Line(text, "process", $"oom_score_adj {score}");
        }

        AddScheduling(text, process);
        AddLabels(text, process);
    }

    private static void AddCapabilities(StringBuilder text, CapabilityPlan sets)
    {
        Line(text, "process", "bounding " + CapabilityNames(sets.Bounding));
        Line(text, "process", "permitted " + CapabilityNames(sets.Permitted));
        Line(text, "process", "inheritable " + CapabilityNames(sets.Inheritable));
        Line(text, "process", "effective " + CapabilityNames(sets.Effective));
        Line(text, "process", "ambient " + CapabilityNames(sets.Ambient));
    }

    private static void AddList(StringBuilder text, string name, ImmutableArray<KernelString> values, string before = "")
    {
        foreach (KernelString value in values)
        {
            Line(text, name, before + Quote(value));
        }
    }

    private static void Line(StringBuilder text, string name, string fact) => text.Append(name).Append(' ').Append(fact).Append('\n');
}
