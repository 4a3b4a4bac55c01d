// SPDX-License-Identifier: Apache-2.0
using System.Text;
using OciRuntime.Abi.Files;
using OciRuntime.Abi.Mounting;
using OciRuntime.Linux;
using OciRuntime.Plan;

namespace OciRuntime.Engine.Child;

/// <summary>
/// The attributes of a bind. A mount that came into a user namespace from one with more rights has some of them locked: they can be set there, not
/// cleared. mount_namespaces(7), "Restrictions on mount namespaces".
/// </summary>
internal static class LockedAttributes
{
    /// <summary>Not lockable: MOUNT_ATTR_NOSYMFOLLOW. fs/namespace.c, can_change_locked_flags.</summary>
    private const MountAttr NeverLocked = MountAttr.MOUNT_ATTR_NOSYMFOLLOW;

    public static void Change(Fd mount, MountStep.Bind step)
    {
        if (step.Attributes.IsEmpty && step.ImpliedClear == MountAttr.None)
        {
            return;
        }

        Errno errno = TryChange(mount, step.Attributes, step.ImpliedClear);
        if (errno == Errno.EPERM && (step.ImpliedClear & ~NeverLocked) != 0)
        {
            // What is locked stays where config.json does not speak of it.
            errno = TryChange(mount, step.Attributes, step.ImpliedClear & NeverLocked);
        }

        if (errno == Errno.EPERM)
        {
            throw new LinuxException("mount_setattr", errno, $"(the source has attributes that a user namespace may not clear: {NamesOf(mount, step.Attributes.Clear)})");
        }

        if (errno != 0)
        {
            throw new LinuxException("mount_setattr", errno, "");
        }
    }

    private static Errno TryChange(Fd mount, AttributeChange change, MountAttr alsoClear) =>
        Mounts.TrySetAttributes(mount, "\0"u8, AtFlags.AT_EMPTY_PATH, new MountAttributes { Set = change.Set, Clear = change.Clear | alsoClear });

    private static string NamesOf(Fd mount, MountAttr cleared)
    {
        FileSystemFlags flags = Files.FileSystemStatus(mount).Flags;
        StringBuilder names = new();
        Add(names, "ro", cleared, MountAttr.MOUNT_ATTR_RDONLY, flags, FileSystemFlags.ReadOnly);
        Add(names, "nosuid", cleared, MountAttr.MOUNT_ATTR_NOSUID, flags, FileSystemFlags.NoSuid);
        Add(names, "nodev", cleared, MountAttr.MOUNT_ATTR_NODEV, flags, FileSystemFlags.NoDev);
        Add(names, "noexec", cleared, MountAttr.MOUNT_ATTR_NOEXEC, flags, FileSystemFlags.NoExec);
        return names.Length == 0 ? "its access times" : names.ToString();
    }

    private static void Add(
        StringBuilder names, string name, MountAttr cleared, MountAttr attribute, FileSystemFlags flags, FileSystemFlags flag)
    {
        if ((cleared & attribute) != 0 && (flags & flag) != 0)
        {
            names.Append(names.Length == 0 ? "" : ", ").Append(name);
        }
    }
}
