// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Abi.Bpf;
using OciRuntime.Plan;

namespace OciRuntime.Tests.Unit.Plan;

/// <summary>A group of the kernel's devices controller, version 1, below one that allows everything. security/device_cgroup.c.</summary>
internal sealed class DevicesV1Model
{
    private const uint Any = uint.MaxValue;

    private sealed class Item(DeviceType type, uint major, uint minor)
    {
        internal DeviceType Type => type;
        internal uint Major => major;
        internal uint Minor => minor;
        internal DeviceAccess Access { get; set; }
    }

    private readonly List<Item> _exceptions = [];

    // What a group is made with depends on its parent: a sequence of writes must not rely on it.
    private bool _allowsByDefault = true;

    internal void Write(CgroupWrite write)
    {
        bool isAllow = write.File.ToString() switch
        {
            "devices.allow" => true,
            "devices.deny" => false,
            string other => throw new InvalidOperationException(other),
        };
        string value = write.Value.ToString();
        if (value[0] == 'a')
        {
            _exceptions.Clear();
            _allowsByDefault = isAllow;
            return;
        }

        Item item = Parse(value);
        Item? same = _exceptions.Find(other => other.Type == item.Type && other.Major == item.Major && other.Minor == item.Minor);
        if (isAllow == _allowsByDefault)
        {
            Remove(same, item.Access);
        }
        else if (same is null)
        {
            _exceptions.Add(item);
        }
        else
        {
            same.Access |= item.Access;
        }
    }

    internal bool Allows(DeviceType type, uint major, uint minor, DeviceAccess access)
    {
        foreach (Item exception in _exceptions)
        {
            bool matches = exception.Type == type
                && (exception.Major == Any || exception.Major == major)
                && (exception.Minor == Any || exception.Minor == minor)
                && (_allowsByDefault ? (exception.Access & access) != 0 : (access & ~exception.Access) == 0);
            if (matches)
            {
                return !_allowsByDefault;
            }
        }

        return _allowsByDefault;
    }

    private void Remove(Item? exception, DeviceAccess access)
    {
        if (exception is not null)
        {
            exception.Access &= ~access;
            if (exception.Access == DeviceAccess.None)
            {
                _exceptions.Remove(exception);
            }
        }
    }

    private static Item Parse(string value)
    {
        string[] fields = value.Split(' ', ':');
        if (fields.Length != 4)
        {
            throw new InvalidOperationException(value);
        }

        DeviceType type = fields[0] == "c" ? DeviceType.BPF_DEVCG_DEV_CHAR : DeviceType.BPF_DEVCG_DEV_BLOCK;
        DeviceAccess access = DeviceAccess.None;
        foreach (char letter in fields[3])
        {
            access |= letter switch
            {
                'r' => DeviceAccess.BPF_DEVCG_ACC_READ,
                'w' => DeviceAccess.BPF_DEVCG_ACC_WRITE,
                'm' => DeviceAccess.BPF_DEVCG_ACC_MKNOD,
                _ => throw new InvalidOperationException(value),
            };
        }

        return new Item(type, Number(fields[1]), Number(fields[2])) { Access = access };
    }

    private static uint Number(string text) => text == "*" ? Any : uint.Parse(text, CultureInfo.InvariantCulture);
}
