// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Collections.Immutable;
using OciRuntime.Abi;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

/// <summary><c>linux.devices</c> and the nodes that every container has. config-linux.md, "Devices". mknod(2).</summary>
internal static class DeviceCompiler
{
    private const string Path = "/linux/devices";
    private const string DefaultOrigin = "default device";
    private const uint ReadWriteForAll = 0x1B6 /* 0666 */;
    private const uint PermissionBits = 0xFFF /* 07777 */;

    // include/linux/kdev_t.h: 12 and 20 bits.
    private const long MaximumMajor = 0xFFF;
    private const long MaximumMinor = 0xF_FFFF;

    // config-linux.md, "Default Devices".
    internal static readonly DefaultDevice[] Defaults =
    [
        new("/dev/null", 1, 3),
        new("/dev/zero", 1, 5),
        new("/dev/full", 1, 7),
        new("/dev/random", 1, 8),
        new("/dev/urandom", 1, 9),
        new("/dev/tty", 5, 0),
    ];

    internal readonly record struct DefaultDevice(string Path, uint Major, uint Minor);

    internal static ImmutableArray<DevicePlan> Compile(ImmutableArray<DeviceSpec> devices, List<SpecError> errors)
    {
        ImmutableArray<DevicePlan>.Builder plans = ImmutableArray.CreateBuilder<DevicePlan>(Defaults.Length + devices.Length);
        foreach (DefaultDevice device in Defaults)
        {
            if (!IsReplaced(device.Path, devices))
            {
                KernelString path = KernelString.Of(device.Path);
                plans.Add(new DevicePlan(path, FileType.S_IFCHR | ReadWriteForAll, device.Major, device.Minor, 0, 0, DefaultOrigin));
            }
        }

        int defaults = plans.Count;
        for (int i = 0; i < devices.Length; i++)
        {
            string origin = Refuse.At(Path, i);
            if (CompileOne(devices[i], origin, errors) is { } plan && !IsDuplicate(plans, defaults, plan, origin, errors))
            {
                plans.Add(plan);
            }
        }

        return plans.DrainToImmutable();
    }

    /// <summary>Whether config.json has its own idea of a default device: then its permissions are config.json's as well.</summary>
    internal static bool IsReplaced(string path, ImmutableArray<DeviceSpec> devices)
    {
        foreach (DeviceSpec device in devices)
        {
            if (device.Path is { Length: > 0 } other && PathText.InContainer(other) == path)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsDuplicate(
        ImmutableArray<DevicePlan>.Builder plans, int first, DevicePlan plan, string origin, List<SpecError> errors)
    {
        for (int i = first; i < plans.Count; i++)
        {
            if (plans[i].Path == plan.Path)
            {
                Refuse.Value(errors, origin + "/path", plan.Path.ToString(), "stands in the list already");
                return true;
            }
        }

        return false;
    }

    private static DevicePlan? CompileOne(DeviceSpec device, string origin, List<SpecError> errors)
    {
        int before = errors.Count;
        KernelString path = CompilePath(device.Path, origin + "/path", errors);
        uint type = CompileType(device.Type, origin + "/type", errors);
        bool isNumbered = type != FileType.S_IFIFO;
        uint major = isNumbered ? CompileNumber(device.Major, MaximumMajor, origin + "/major", errors) : 0;
        uint minor = isNumbered ? CompileNumber(device.Minor, MaximumMinor, origin + "/minor", errors) : 0;
        uint permissions = CompileMode(device.FileMode, origin + "/fileMode", errors);
        uint uid = CompileId(device.Uid, origin + "/uid", errors);
        uint gid = CompileId(device.Gid, origin + "/gid", errors);
        return errors.Count == before ? new DevicePlan(path, type | permissions, major, minor, uid, gid, origin) : null;
    }

    private static KernelString CompilePath(string? text, string path, List<SpecError> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            Refuse.Missing(errors, path);
            return default;
        }

        string clean = PathText.InContainer(text);
        if (!PathText.IsAbsolute(text) || clean == "/")
        {
            Refuse.Value(errors, path, text, "is not the absolute path of a file");
            return default;
        }

        _ = KernelText.TryMake(clean, path, errors, out KernelString made, text);
        return made;
    }

    private static uint CompileType(string? type, string path, List<SpecError> errors)
    {
        switch (type)
        {
            case "c" or "u":
                return FileType.S_IFCHR;
            case "b":
                return FileType.S_IFBLK;
            case "p":
                return FileType.S_IFIFO;
            case null:
                Refuse.Missing(errors, path);
                return 0;
            default:
                Refuse.Value(errors, path, type, "is not one of the types b, c, u and p");
                return 0;
        }
    }

    private static uint CompileNumber(long? number, long maximum, string path, List<SpecError> errors)
    {
        if (number is not { } value)
        {
            Refuse.Missing(errors, path);
            return 0;
        }

        if (value < 0 || value > maximum)
        {
            Refuse.Number(errors, path, value, maximum == MaximumMajor ? "is not within 0 and 4095" : "is not within 0 and 1048575");
            return 0;
        }

        return (uint)value;
    }

    // Clients pass what stat(2) says, file type included: that part is ignored, as every peer does.
    private static uint CompileMode(uint? mode, string path, List<SpecError> errors)
    {
        if (mode is not { } value)
        {
            return ReadWriteForAll;
        }

        if ((value & ~(FileType.S_IFMT | PermissionBits)) != 0)
        {
            Refuse.Number(errors, path, value, "is not a file mode");
        }

        return value & PermissionBits;
    }

    private static uint CompileId(uint? id, string path, List<SpecError> errors)
    {
        if (id is uint.MaxValue)
        {
            Refuse.Number(errors, path, uint.MaxValue, "means \"no id\" to the kernel");
        }

        return id ?? 0;
    }
}
