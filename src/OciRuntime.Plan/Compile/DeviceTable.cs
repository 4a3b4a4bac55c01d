// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using OciRuntime.Abi.Bpf;

namespace OciRuntime.Plan.Compile;

/// <summary>What is allowed to the devices of a pattern, except to those of patterns within it.</summary>
internal readonly record struct DevicePattern(uint Major, uint Minor, DeviceAccess Allowed)
{
    internal bool IsWithin(DevicePattern other) =>
        (other.Major == DeviceRule.Any || other.Major == Major)
        && (other.Minor == DeviceRule.Any || other.Minor == Minor)
        && (other.Major != Major || other.Minor != Minor);
}

/// <summary>
/// An ordered list of rules, for one type of device, without its order: each pattern that a rule names, and each meeting point of
/// a pattern for all minors with one for all majors, has one answer. The most specific pattern of a device decides.
/// </summary>
internal sealed class DeviceTable
{
    // More than any machine has devices; what it bounds is the work that a config.json can cause.
    private const int MaximumPatterns = 4096;

    private readonly List<DevicePattern> _patterns = [];

    private DeviceTable(DeviceType type) => Type = type;

    internal DeviceType Type { get; }

    /// <summary>The first is the one for all devices.</summary>
    internal List<DevicePattern> Patterns => _patterns;

    internal DeviceAccess AllowedToAll => _patterns[0].Allowed;

    internal bool HasColumns { get; private set; }

    /// <summary>Null if there are too many patterns.</summary>
    internal static DeviceTable? Build(List<DeviceRule> rules, DeviceType type)
    {
        DeviceTable table = new(type);
        table.AddPattern(DeviceRule.Any, DeviceRule.Any);
        foreach (DeviceRule rule in rules)
        {
            if ((rule.Type & type) != 0)
            {
                table.AddPattern(rule.Major, rule.Minor);
                table.HasColumns |= rule.Major == DeviceRule.Any && rule.Minor != DeviceRule.Any;
            }

            if (table._patterns.Count > MaximumPatterns)
            {
                return null;
            }
        }

        if (table.HasColumns && !table.AddMeetingPoints())
        {
            return null;
        }

        table.Evaluate(rules);
        return table;
    }

    internal DevicePattern? Find(uint major, uint minor)
    {
        foreach (DevicePattern pattern in _patterns)
        {
            if (pattern.Major == major && pattern.Minor == minor)
            {
                return pattern;
            }
        }

        return null;
    }

    private void AddPattern(uint major, uint minor)
    {
        if (Find(major, minor) is null)
        {
            _patterns.Add(new DevicePattern(major, minor, DeviceAccess.None));
        }
    }

    private bool AddMeetingPoints()
    {
        int count = _patterns.Count;
        for (int row = 1; row < count; row++)
        {
            if (_patterns[row].Minor != DeviceRule.Any)
            {
                continue;
            }

            for (int column = 1; column < count && _patterns.Count <= MaximumPatterns; column++)
            {
                if (_patterns[column].Major == DeviceRule.Any)
                {
                    AddPattern(_patterns[row].Major, _patterns[column].Minor);
                }
            }
        }

        return _patterns.Count <= MaximumPatterns;
    }

    private void Evaluate(List<DeviceRule> rules)
    {
        for (int i = 0; i < _patterns.Count; i++)
        {
            DevicePattern pattern = _patterns[i];
            DeviceAccess allowed = DeviceAccess.None;
            foreach (DeviceRule rule in rules)
            {
                if ((rule.Type & Type) != 0 && rule.Covers(pattern.Major, pattern.Minor))
                {
                    allowed = rule.Allow ? allowed | rule.Access : allowed & ~rule.Access;
                }
            }

            _patterns[i] = pattern with { Allowed = allowed };
        }
    }
}
