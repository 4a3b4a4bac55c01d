// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Engine.Cgroups;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Systemd;

/// <summary>The transient scope of a container: one call starts it with all its properties. systemd.scope(5).</summary>
internal static class ScopeUnit
{
    private const string UnitExists = "org.freedesktop.systemd1.UnitExists";
    private const string NoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit";

    // Instead of queued jobs that contradict ours, as runc does.
    private static readonly KernelString s_replace = KernelString.Of("replace");

    /// <summary>Makes the scope with a process in it, and waits until that is done.</summary>
    /// <exception cref="ContainerException">There is no scope.</exception>
    public static void Start(BusConnection bus, string unit, string id, int pid, ImmutableArray<UnitProperty> properties)
    {
        string doing = $"starting the systemd unit {unit}";
        bus.WatchJobs();
        using SdBusMessage reply = CallWith(bus, unit, properties, sent => NewStart(bus, unit, id, pid, sent), doing);
        string result = bus.AwaitJob(reply.ReadText('o'), doing);
        if (result != "done")
        {
            ResetFailed(bus, unit);
            throw new ContainerException($"{doing}: its job ended as \"{result}\" (hint: journalctl has more)");
        }
    }

    /// <summary>Puts a process into a scope, or into a group below it.</summary>
    public static void Attach(bool isUser, string unit, ImmutableArray<SubCgroup> subCgroups, int pid)
    {
        string doing = $"attaching pid {pid} to the systemd unit {unit}";
        string path = subCgroups is [var sub] ? $"/{sub.Path.Trim('/')}" : "/";
        using BusConnection bus = BusConnection.Open(isUser);
        using SdBusMessage call = bus.NewCall("AttachProcessesToUnit");
        call.Append('s', KernelString.Of(unit));
        call.Append('s', KernelString.Of(path));
        Append(call, new BusValue.List("u", [new BusValue.Number('u', (uint)pid)]));
        using SdBusMessage reply = bus.Call(call, doing);
        if (reply.Error is { } error)
        {
            throw new ContainerException($"{doing}: {error.Words}");
        }
    }

    /// <summary>Changes properties of a scope, as long as it is there.</summary>
    public static void Change(bool isUser, string unit, ImmutableArray<UnitProperty> properties)
    {
        string doing = $"changing the systemd unit {unit}";
        using BusConnection bus = BusConnection.Open(isUser);
        using SdBusMessage reply = CallWith(bus, unit, properties, sent => NewChange(bus, unit, sent), doing);
    }

    // Again without what this systemd does not know, if it is not needed.
    private static SdBusMessage CallWith(
        BusConnection bus, string unit, ImmutableArray<UnitProperty> properties, Func<List<UnitProperty>, SdBusMessage> newCall, string doing)
    {
        List<UnitProperty> sent = [.. properties];
        bool isReset = false;
        while (true)
        {
            using SdBusMessage call = newCall(sent);
            SdBusMessage reply = bus.Call(call, doing);
            if (reply.Error is not { } error)
            {
                return reply;
            }

            reply.Dispose();
            if (error.Name == UnitExists && !isReset)
            {
                // A failed one of that name, which only its reset forgets.
                isReset = true;
                ResetFailed(bus, unit);
                continue;
            }

            UnitProperty? refused = sent.FindLast(property => Names(error.Words, property.Name));
            if (refused is not { IsOptional: true })
            {
                string origin = refused is { Origin.Length: > 0 } ? $"{refused.Origin}: " : "";
                throw new ContainerException($"{origin}{doing}: {error.Words}");
            }

            _ = sent.RemoveAll(property => property.Name == refused.Name && property.IsOptional);
        }
    }

    /// <summary>Ends the scope with all that is in it, and waits until that is done. That there is none is no error.</summary>
    public static void Stop(bool isUser, string unit)
    {
        string doing = $"stopping the systemd unit {unit}";
        using BusConnection bus = BusConnection.Open(isUser);
        bus.WatchJobs();
        using SdBusMessage call = bus.NewCall("StopUnit");
        call.Append('s', KernelString.Of(unit));
        call.Append('s', s_replace);
        using SdBusMessage reply = bus.Call(call, doing);
        if (reply.Error is not { } error)
        {
            // However the job ends: what matters is whether the folders can be removed then.
            _ = bus.AwaitJob(reply.ReadText('o'), doing);
            ResetFailed(bus, unit);
        }
        else if (error.Name != NoSuchUnit)
        {
            throw new ContainerException($"{doing}: {error.Words}");
        }
    }

    // The state "failed", after an OOM kill for one, would stay until a reset. Where there is none to reset, that is an error to nobody.
    private static void ResetFailed(BusConnection bus, string unit)
    {
        using SdBusMessage call = bus.NewCall("ResetFailedUnit");
        call.Append('s', KernelString.Of(unit));
        using SdBusMessage reply = bus.Call(call, $"resetting the systemd unit {unit}");
    }

    // StartTransientUnit: string name, string mode, array of (name, value), array of auxiliary units.
    private static SdBusMessage NewStart(BusConnection bus, string unit, string id, int pid, List<UnitProperty> properties)
    {
        SdBusMessage call = bus.NewCall("StartTransientUnit");
        call.Append('s', KernelString.Of(unit));
        call.Append('s', s_replace);
        call.Open('a', KernelString.Of("(sv)"));
        AppendProperty(call, "Description", BusValue.OfText($"ocirun container {id}"));
        AppendProperty(call, "PIDs", new BusValue.List("u", [new BusValue.Number('u', (uint)pid)]));
        foreach (UnitProperty property in properties)
        {
            AppendProperty(call, property.Name, property.Value);
        }

        call.CloseContainer();
        call.Open('a', KernelString.Of("(sa(sv))"));
        call.CloseContainer();
        return call;
    }

    // SetUnitProperties: string name, boolean runtime, array of (name, value).
    private static SdBusMessage NewChange(BusConnection bus, string unit, List<UnitProperty> properties)
    {
        SdBusMessage call = bus.NewCall("SetUnitProperties");
        call.Append('s', KernelString.Of(unit));
        call.Append('b', 1);
        call.Open('a', KernelString.Of("(sv)"));
        foreach (UnitProperty property in properties)
        {
            AppendProperty(call, property.Name, property.Value);
        }

        call.CloseContainer();
        return call;
    }

    private static void AppendProperty(SdBusMessage call, string name, BusValue value)
    {
        call.Open('r', KernelString.Of("sv"));
        call.Append('s', KernelString.Of(name));
        call.Open('v', KernelString.Of(value.Signature));
        Append(call, value);
        call.CloseContainer();
        call.CloseContainer();
    }

    private static void Append(SdBusMessage call, BusValue value)
    {
        switch (value)
        {
            case BusValue.Number number:
                call.Append(number.Type, number.Bits);
                break;
            case BusValue.Text text:
                call.Append(text.Type, text.Value);
                break;
            case BusValue.List list:
                call.Open('a', KernelString.Of(list.ElementSignature));
                AppendAll(call, list.Items);
                break;
            case BusValue.Structure structure:
                call.Open('r', KernelString.Of(structure.Signature.AsSpan()[1..^1]));
                AppendAll(call, structure.Members);
                break;
        }
    }

    private static void AppendAll(SdBusMessage call, ImmutableArray<BusValue> values)
    {
        foreach (BusValue value in values)
        {
            Append(call, value);
        }

        call.CloseContainer();
    }

    // systemd, src/core/dbus-unit.c and dbus-cgroup.c: "Cannot set property X, or unknown property.", "Value specified in X is out of range".
    private static bool Names(string words, string name)
    {
        int at = words.IndexOf(name, StringComparison.Ordinal);
        int end = at + name.Length;
        return at >= 0 && (at == 0 || !char.IsAsciiLetterOrDigit(words[at - 1])) && (end == words.Length || !char.IsAsciiLetterOrDigit(words[end]));
    }
}
