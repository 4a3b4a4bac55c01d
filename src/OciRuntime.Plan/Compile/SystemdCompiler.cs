// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary>The scope of a container: its place, and the properties that do not come from <c>linux.resources</c>.</summary>
internal static class SystemdCompiler
{
    private const string Path = "/linux/cgroupsPath";
    private const string AnnotationPrefix = "org.systemd.property.";

    /// <param name="properties">Gets what every scope has, and what annotations ask for.</param>
    /// <returns>Without properties.</returns>
    internal static SystemdPlan Compile(
        LinuxSpec linux, ImmutableArray<KeyValuePair<string, string>> annotations, CgroupLayout layout, CgroupDriver driver,
        ImmutableArray<UnitProperty>.Builder properties, List<SpecError> errors)
    {
        bool isUser = driver == CgroupDriver.SystemdUser;
        string slice = isUser ? "user.slice" : "system.slice";
        string? unit = null;
        if (!string.IsNullOrEmpty(linux.CgroupsPath))
        {
            CompilePath(linux.CgroupsPath, ref slice, ref unit, errors);
        }

        Add(properties, "Slice", BusValue.OfText(slice));
        Add(properties, "Delegate", BusValue.OfBoolean(true));
        Add(properties, "DefaultDependencies", BusValue.OfBoolean(false));
        Add(properties, "CPUAccounting", BusValue.OfBoolean(true));
        Add(properties, "MemoryAccounting", BusValue.OfBoolean(true));
        Add(properties, layout == CgroupLayout.V2 ? "IOAccounting" : "BlockIOAccounting", BusValue.OfBoolean(true));
        Add(properties, "TasksAccounting", BusValue.OfBoolean(true));
        foreach ((string key, string value) in annotations)
        {
            if (key.StartsWith(AnnotationPrefix, StringComparison.Ordinal))
            {
                CompileAnnotation(key, value, properties, errors);
            }
        }

        return new SystemdPlan { IsUser = isUser, SlicePath = UnitName.SlicePath(slice) ?? "", Unit = unit };
    }

    // Accounting that a systemd has no switch for any more is always on there.
    private static void Add(ImmutableArray<UnitProperty>.Builder properties, string name, BusValue value) =>
        properties.Add(new UnitProperty(name, value, "") { IsOptional = name.EndsWith("Accounting", StringComparison.Ordinal) });

    private static void CompilePath(string text, ref string slice, ref string? unit, List<SpecError> errors)
    {
        string[] parts = text.Split(':');
        if (parts.Length != 3)
        {
            Refuse.Rule(errors, Path, string.Concat(
                "expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got ", Refuse.Quote(text), " instead"));
            return;
        }

        // "-" is the root slice, as runc's manual has it.
        slice = parts[0] switch { "" => slice, "-" => "-.slice", _ => parts[0] };
        if (UnitName.SlicePath(slice) is null)
        {
            Refuse.Value(errors, Path, text, string.Concat("names no slice of systemd: ", Refuse.Quote(slice)));
        }

        string name = string.Concat(parts[1], "-", parts[2], ".scope");
        if (UnitName.IsSlice(parts[2]))
        {
            Refuse.Value(errors, Path, text, "names a slice for the container: systemd puts processes into scopes only");
        }
        else if (!UnitName.IsValid(name))
        {
            Refuse.Value(errors, Path, text, string.Concat("names no unit of systemd: ", Refuse.Quote(name)));
        }
        else
        {
            unit = name;
        }
    }

    private static void CompileAnnotation(
        string key, string text, ImmutableArray<UnitProperty>.Builder properties, List<SpecError> errors)
    {
        string path = Refuse.Member("/annotations", key);
        string name = key[AnnotationPrefix.Length..];
        if (name.Length < 3 || !IsAlphabetic(name))
        {
            Refuse.Value(errors, path, name, "is no name of a systemd property: at least three letters");
            return;
        }

        if (GVariantText.Read(text, out string? problem) is not { } value)
        {
            Refuse.Value(errors, path, text, problem!);
            return;
        }

        // As with every peer: TimeoutStopSec in seconds is TimeoutStopUSec in microseconds.
        if (name.EndsWith("Sec", StringComparison.Ordinal) && name.Length > 3 && char.IsAsciiLetterLower(name[^4]))
        {
            name = string.Concat(name.AsSpan(0, name.Length - 3), "USec");
            if (InMicroseconds(value) is not { } microseconds)
            {
                Refuse.Value(errors, path, text, "is no number of seconds");
                return;
            }

            value = BusValue.OfUInt64(microseconds);
        }

        properties.Add(new UnitProperty(name, value, path));
    }

    private static bool IsAlphabetic(string name)
    {
        foreach (char c in name)
        {
            if (!char.IsAsciiLetter(c))
            {
                return false;
            }
        }

        return true;
    }

    private static ulong? InMicroseconds(BusValue value)
    {
        if (value is not BusValue.Number number || number.Type == 'b')
        {
            return null;
        }

        if (number.Type == 'd')
        {
            double microseconds = BitConverter.UInt64BitsToDouble(number.Bits) * 1e6;
            return microseconds is >= 0 and < ulong.MaxValue ? (ulong)microseconds : null;
        }

        // Negative numbers of the signed types; the largest uint64 is systemd's word for infinity.
        bool isNegative = number.Type is 'n' or 'i' or 'x' && (long)number.Bits < 0;
        if (isNegative || number.Bits == ulong.MaxValue)
        {
            return isNegative ? null : ulong.MaxValue;
        }

        return number.Bits <= ulong.MaxValue / 1_000_000 ? number.Bits * 1_000_000 : null;
    }
}
