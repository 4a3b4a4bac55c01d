// SPDX-License-Identifier: Apache-2.0
using System;
using OciRuntime.Abi;

namespace OciRuntime.Linux;

/// <summary>credentials(7) and capabilities(7) of this thread: the process must have one thread only.</summary>
public static unsafe class Credentials
{
    private const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    /// <summary><c>geteuid(2)</c>.</summary>
    public static uint EffectiveUserId => (uint)Raw.Call(SyscallNumber.Geteuid);

    /// <summary><c>getegid(2)</c>.</summary>
    public static uint EffectiveGroupId => (uint)Raw.Call(SyscallNumber.Getegid);

    /// <summary><c>setgroups(2)</c>.</summary>
    /// <returns>EPERM: no CAP_SETGID, or denied in this user namespace.</returns>
    public static Errno TrySetGroups(ReadOnlySpan<uint> groups)
    {
        fixed (uint* list = groups)
        {
            return Raw.ErrnoOf(Raw.Call(SyscallNumber.Setgroups, groups.Length, (nint)list));
        }
    }

    /// <summary><c>setresuid(2)</c>, all three.</summary>
    public static void SetUser(uint id) =>
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Setresuid, (nint)id, (nint)id, (nint)id), "setresuid", id);

    /// <summary><c>setresgid(2)</c>, all three.</summary>
    public static void SetGroup(uint id) =>
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Setresgid, (nint)id, (nint)id, (nint)id), "setresgid", id);

    /// <summary>The permitted set. <c>capget(2)</c>.</summary>
    public static ulong PermittedCapabilities()
    {
        uint* header = stackalloc uint[2];
        uint* data = stackalloc uint[6];
        header[0] = LINUX_CAPABILITY_VERSION_3;
        header[1] = 0;
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Capget, (nint)header, (nint)data), "capget");
        return data[1] | ((ulong)data[4] << 32);
    }

    /// <summary><c>capset(2)</c>.</summary>
    public static void SetCapabilities(ulong effective, ulong permitted, ulong inheritable)
    {
        uint* header = stackalloc uint[2];
        uint* data = stackalloc uint[6];
        header[0] = LINUX_CAPABILITY_VERSION_3;
        header[1] = 0;
        data[0] = (uint)effective;
        data[1] = (uint)permitted;
        data[2] = (uint)inheritable;
        data[3] = (uint)(effective >> 32);
        data[4] = (uint)(permitted >> 32);
        data[5] = (uint)(inheritable >> 32);
        LinuxException.ThrowIfError(Raw.Call(SyscallNumber.Capset, (nint)header, (nint)data), "capset");
    }

    /// <summary>Takes one capability out of the bounding set. <c>PR_CAPBSET_DROP</c>.</summary>
    /// <returns>EINVAL for a number that the kernel does not have.</returns>
    public static Errno TryDropBounding(int capability) => Processes.TryControl(ProcessControl.PR_CAPBSET_DROP, capability);

    /// <summary>Empties the ambient set. <c>PR_CAP_AMBIENT_CLEAR_ALL</c>.</summary>
    public static void ClearAmbient()
    {
        const nint PR_CAP_AMBIENT_CLEAR_ALL = 4;
        Processes.Control(ProcessControl.PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
    }

    /// <summary>Adds a capability that is permitted and inheritable to the ambient set. <c>PR_CAP_AMBIENT_RAISE</c>.</summary>
    public static Errno TryRaiseAmbient(int capability)
    {
        const nint PR_CAP_AMBIENT_RAISE = 2;
        return Processes.TryControl(ProcessControl.PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability);
    }

    /// <summary>A new session keyring of that name, which ends with NUL. <c>KEYCTL_JOIN_SESSION_KEYRING</c>, keyctl(2).</summary>
    /// <returns>Its serial number.</returns>
    /// <exception cref="LinuxException">ENOSYS: a kernel without keys; EDQUOT: the user has too many.</exception>
    public static Errno TryJoinSessionKeyring(ReadOnlySpan<byte> name, out int serial)
    {
        const nint KEYCTL_JOIN_SESSION_KEYRING = 1;
        fixed (byte* text = Raw.Terminated(name))
        {
            nint result = Raw.Call(SyscallNumber.Keyctl, KEYCTL_JOIN_SESSION_KEYRING, (nint)text);
            serial = (int)result;
            return Raw.ErrnoOf(result);
        }
    }

    /// <summary>What others may do with a key, or a keyring. <c>KEYCTL_SETPERM</c>, keyctl(2).</summary>
    /// <returns>EACCES: it is somebody else's.</returns>
    public static Errno TrySetKeyPermissions(int serial, uint permissions)
    {
        const nint KEYCTL_SETPERM = 5;
        return Raw.ErrnoOf(Raw.Call(SyscallNumber.Keyctl, KEYCTL_SETPERM, serial, (nint)permissions));
    }
}
